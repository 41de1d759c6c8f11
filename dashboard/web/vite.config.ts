/** How the page is built: static files with hashed names, no inline script, no code for old browsers. */
import { fileURLToPath } from 'node:url'
import { defineConfig } from 'vite'

export default defineConfig({
  root: fileURLToPath(new URL('.', import.meta.url)),
  base: './',
  oxc: { jsx: { runtime: 'automatic', importSource: 'preact' } },
  build: {
    outDir: fileURLToPath(new URL('../../dist/dashboard/web', import.meta.url)),
    emptyOutDir: true,
    target: 'es2023',
    // The polyfill would be an inline script's sibling that no browser of the target needs.
    modulePreload: { polyfill: false },
    // Which files a page needs first: test/unit/dashboard/web/weight.test.ts weighs them.
    manifest: true,
  },
})
