/**
 * How the page that carries the whole lab is built, in one of two modes: `files`, static files for any host, and `file`,
 * all of it in one file that opens from disk. Neither may ask anybody for anything.
 */
import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { defineConfig, type Plugin } from 'vite'

const ROOT = new URL('.', import.meta.url)
const PACKAGE = new URL('../../package.json', import.meta.url)
const { version } = JSON.parse(readFileSync(PACKAGE, 'utf8')) as { version: string }

/** The entry's name in the sources. */
const PAGE = 'lab.html'

const NOTHING_ELSE = ["default-src 'none'", "base-uri 'none'", "form-action 'none'", "connect-src 'none'"]

/**
 * W3C CSP Level 3, as a meta element can carry it; `script` and `style` are the sources of those. SipHash of the cookies is
 * WebAssembly (tcpip/base/siphash.ts), which a policy lets run without letting text become script.
 */
function policy(script: string, worker: string, style: string): string {
  const own = [
    `script-src ${script} 'wasm-unsafe-eval'`,
    `worker-src ${worker}`,
    `style-src ${style}`,
    "img-src 'self' data: blob:",
  ]
  return [...NOTHING_ELSE, ...own].join('; ')
}

/** `html` under `content`. The element comes before everything that it governs. */
function withPolicy(html: string, content: string): string {
  return html.replace('<meta charset="utf-8" />', (charset) => {
    return `${charset}\n    <meta http-equiv="Content-Security-Policy" content="${content}" />`
  })
}

/** Files beside each other: nothing inline. */
const files: Plugin = {
  name: 'lab-files',
  enforce: 'post',
  generateBundle(_options, bundle) {
    const page = bundle[PAGE]
    if (page?.type !== 'asset') this.error(`${PAGE} is missing`)
    page.source = withPolicy(String(page.source), policy("'self'", "'self'", "'self'"))
    page.fileName = 'index.html'
  },
}

/** Style and script move into the page, which names them by their hashes. The worker is in the script already. */
const oneFile: Plugin = {
  name: 'lab-one-file',
  enforce: 'post',
  generateBundle: {
    // Vite's own last touch to the script comes first.
    order: 'post',
    handler(_options, bundle) {
      const page = bundle[PAGE]
      if (page?.type !== 'asset') this.error(`${PAGE} is missing`)
      let html = String(page.source)
      const hashes = { script: '', style: '' }
      for (const [name, file] of Object.entries(bundle)) {
        if (name === PAGE) continue
        delete bundle[name]
        if (file.type === 'chunk') {
          // The end of an element ends it, whatever it stands in.
          const code = file.code.trim().replaceAll('</script', '<\\/script').replaceAll('<!--', '<\\!--')
          hashes.script = hashOf(code)
          html = html.replace(/\s*<script type="module"[^>]*><\/script>/, '')
          html = html.replace('</body>', () => `<script type="module">${code}</script>\n  </body>`)
        } else if (name.endsWith('.css')) {
          const style = String(file.source).trim()
          hashes.style = hashOf(style)
          html = html.replace(/<link rel="stylesheet"[^>]*>/, () => `<style>${style}</style>`)
        } else this.error(`${name} does not fit into one file`)
      }
      html = html.replace(/<link rel="icon"[^>]*>/, () => `<link rel="icon" href="${ICON}" />`)
      page.source = withPolicy(html, policy(hashes.script, 'blob:', hashes.style).replace("'self' data:", 'data:'))
      page.fileName = 'synlab.html'
    },
  },
}

const ICON = `data:image/svg+xml;base64,${readFileSync(new URL('public/icon.svg', ROOT)).toString('base64')}`

function hashOf(text: string): string {
  return `'sha256-${createHash('sha256').update(text).digest('base64')}'`
}

export default defineConfig(({ mode }) => {
  const isOneFile = mode === 'file'
  return {
    root: fileURLToPath(ROOT),
    base: './',
    plugins: [isOneFile ? oneFile : files],
    define: { SYNLAB_VERSION: JSON.stringify(version) },
    oxc: { jsx: { runtime: 'automatic', importSource: 'preact' } },
    publicDir: isOneFile ? false : 'public',
    resolve: {
      alias: [
        { find: /^hdr-histogram-js$/, replacement: fileURLToPath(new URL('browser/plain-histogram.cjs', ROOT)) },
        ...(isOneFile ? [{ find: /^\.\/make-worker\.ts$/, replacement: './make-inline-worker.ts' }] : []),
      ],
    },
    // A page from disk has no origin, and without one a browser loads no module into a worker.
    worker: { format: isOneFile ? 'iife' : 'es' },
    build: {
      outDir: fileURLToPath(new URL('../../dist/page', ROOT)),
      emptyOutDir: !isOneFile,
      target: 'es2023',
      // What is in one file already is not loaded before it is wanted.
      modulePreload: isOneFile ? false : { polyfill: false },
      cssCodeSplit: !isOneFile,
      assetsInlineLimit: 0,
      chunkSizeWarningLimit: 2000,
      rolldownOptions: {
        // How long plugins take is nobody's concern who only wants the page.
        checks: { pluginTimings: false },
        input: fileURLToPath(new URL(PAGE, ROOT)),
        output: isOneFile ? { codeSplitting: false } : {},
      },
    },
  }
})
