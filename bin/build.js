/**
 * What has to be built before synlab can run, and whether it is older than its sources. Says one line when it builds,
 * nothing otherwise. Two commands that start at once build once: the second one waits.
 */
import { spawn } from 'node:child_process'
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, utimesSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'

const ROOT = fileURLToPath(new URL('..', import.meta.url))
const DIST = join(ROOT, 'dist')
const LOCK = join(DIST, '.building')

/** `project`: without it there is nothing to build. `sources`: folders and files whose change makes the step due; `stamp`: written when it is done. */
const STEPS = [
  {
    name: 'compiling',
    project: 'lab/tsconfig.json',
    sources: ['tcpip', 'server', 'attacker', 'control', 'lab', 'dashboard', 'package-lock.json', 'tsconfig.base.json'],
    stamp: join(DIST, '.compiled'),
    tool: () => [binOf('typescript', 'tsc'), '-b', 'lab', '--verbose'],
  },
  {
    name: 'building the page',
    project: 'dashboard/web/vite.config.ts',
    sources: ['dashboard/web', 'dashboard/contract', 'server/app', 'attacker/traffic', 'tcpip', 'package-lock.json'],
    stamp: join(DIST, '.page-built'),
    tool: () => [binOf('vite', 'vite'), 'build', '--config', 'dashboard/web/vite.config.ts', '--logLevel', 'warn'],
  },
]

/**
 * Builds what is out of date. Throws an Error with the compiler's words when that fails, and when there is neither compiled
 * code nor a compiler.
 */
export async function bringUpToDate() {
  // An installation has no sources: what was compiled is all there is.
  if (!existsSync(join(ROOT, 'tsconfig.base.json'))) return
  if (!STEPS.some(isDue)) return
  await withLock(async () => {
    for (const step of STEPS) {
      if (!isDue(step)) continue
      const begun = new Date()
      await run(step)
      writeFileSync(step.stamp, '')
      // What was changed while the compiler read it is newer than this.
      utimesSync(step.stamp, begun, begun)
    }
  })
}

function isDue({ project, sources, stamp }) {
  if (!existsSync(join(ROOT, project))) return false
  const since = existsSync(stamp) ? statSync(stamp).mtimeMs : 0
  return since === 0 || sources.some((source) => isNewer(join(ROOT, source), since))
}

/** Whether anything at or below `path` was changed after `since`; a deleted file changes its folder. */
function isNewer(path, since) {
  if (!existsSync(path)) return false
  const stats = statSync(path)
  if (stats.mtimeMs > since) return true
  return stats.isDirectory() && readdirSync(path).some((name) => isNewer(join(path, name), since))
}

async function run({ name, tool, stamp }) {
  const isFirst = !existsSync(stamp)
  const [program, ...args] = tool()
  const child = spawn(process.execPath, [program, ...args], { cwd: ROOT, stdio: ['ignore', 'pipe', 'pipe'] })
  const say = process.stderr
  say.write(`synlab: ${name}, ${isFirst ? 'for the first time' : 'because sources have changed'} `)
  const output = []
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (text) => {
      output.push(text)
      // One dot for each project that is built.
      say.write('.'.repeat(text.split('Building project').length - 1))
    })
  }
  const started = performance.now()
  const code = await new Promise((resolve, reject) => child.on('error', reject).on('close', resolve))
  say.write(code === 0 ? ` ${((performance.now() - started) / 1000).toFixed(1)} s\n` : '\n')
  if (code !== 0) throw new Error(`${name} failed:\n${output.join('').trim()}`)
}

function binOf(packageName, bin) {
  let manifest
  try {
    manifest = createRequire(import.meta.url).resolve(`${packageName}/package.json`)
  } catch {
    throw new Error(`${packageName} is not installed: run npm ci in ${ROOT} first`)
  }
  return join(manifest, '..', JSON.parse(readFileSync(manifest, 'utf8')).bin[bin])
}

async function withLock(build) {
  mkdirSync(DIST, { recursive: true })
  for (;;) {
    try {
      writeFileSync(LOCK, String(process.pid), { flag: 'wx' })
      break
    } catch (error) {
      if (error.code !== 'EEXIST') throw error
      if (!isRunning(readFileSync(LOCK, 'utf8'))) rmSync(LOCK, { force: true })
      else await wait(100)
    }
  }
  try {
    await build()
  } finally {
    rmSync(LOCK, { force: true })
  }
}

function isRunning(pid) {
  try {
    process.kill(Number(pid), 0)
    return true
  } catch {
    return false
  }
}
