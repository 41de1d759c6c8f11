/**
 * The `synlab` file of a checkout, in a small checkout of its own: it compiles what has changed, says so on stderr in one
 * line, and passes on arguments, exit status and standard output untouched.
 */
import { execFile } from 'node:child_process'
import { cpSync, mkdirSync, rmSync, symlinkSync, utimesSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'
import { temporaryDirectory } from '../support/processes/lab-cli.ts'

const CHECKOUT = fileURLToPath(new URL('../..', import.meta.url))

const COMMAND = `import { argv } from 'node:process'
console.log(JSON.stringify(argv.slice(2)))
process.exitCode = argv.length
`

/** A checkout whose `synlab` prints its arguments as JSON and exits with their number + 2. */
function smallCheckout(): string {
  const root = temporaryDirectory()
  for (const name of ['synlab', 'bin', 'tsconfig.base.json']) {
    cpSync(join(CHECKOUT, name), join(root, name), { recursive: true })
  }
  symlinkSync(join(CHECKOUT, 'node_modules'), join(root, 'node_modules'))
  writeFileSync(join(root, 'package.json'), '{ "type": "module" }')
  mkdirSync(join(root, 'lab'))
  writeFileSync(join(root, 'lab', 'cli.ts'), COMMAND)
  const project = {
    extends: '../tsconfig.base.json',
    compilerOptions: { rootDir: '.', outDir: '../dist/lab' },
    include: ['*.ts'],
  }
  writeFileSync(join(root, 'lab', 'tsconfig.json'), JSON.stringify(project))
  return root
}

function run(command: string, args: readonly string[], cwd: string) {
  return new Promise<{ status: unknown; stdout: string; stderr: string }>((resolve) => {
    execFile(command, args, { cwd }, (error, stdout, stderr) => resolve({ status: error?.code ?? 0, stdout, stderr }))
  })
}

const COMPILED = { status: 4, stdout: '["a b","--json"]\n' }

describe.skipIf(process.platform === 'win32')('./synlab', () => {
  it('compiles the first time, from any directory and through a symbolic link, and then no more', async () => {
    const root = smallCheckout()
    const link = join(root, 'link')
    symlinkSync('synlab', link)
    const first = await run(link, ['a b', '--json'], '/')
    expect(first).toMatchObject(COMPILED)
    expect(first.stderr).toMatch(/^synlab: compiling, for the first time \.+ \d+\.\d s\n$/)
    expect(await run(join(root, 'synlab'), ['a b', '--json'], root)).toEqual({ ...COMPILED, stderr: '' })
  })

  it('compiles again when a source is newer than what was compiled', async () => {
    const root = smallCheckout()
    await run(join(root, 'synlab'), [], root)
    writeFileSync(join(root, 'lab', 'cli.ts'), 'console.log("new")\n')
    const later = Date.now() / 1000 + 10
    utimesSync(join(root, 'lab', 'cli.ts'), later, later)
    const { stdout, stderr } = await run(join(root, 'synlab'), [], root)
    expect(stdout).toBe('new\n')
    expect(stderr).toContain('because sources have changed')
  })

  it('says in the compiler’s words why it cannot compile, and starts nothing', async () => {
    const root = smallCheckout()
    writeFileSync(join(root, 'lab', 'cli.ts'), 'const x: number = "text"\n')
    const { status, stdout, stderr } = await run(join(root, 'synlab'), [], root)
    expect({ status, stdout }).toEqual({ status: 1, stdout: '' })
    expect(stderr).toContain("Type 'string' is not assignable to type 'number'")
  })

  it('says what to do when nothing is installed', async () => {
    const root = smallCheckout()
    rmSync(join(root, 'node_modules'))
    const { status, stderr } = await run(join(root, 'synlab'), [], root)
    expect(status).toBe(1)
    expect(stderr).toMatch(/typescript is not installed: run npm ci in .* first\n$/)
  })

  it('builds once when two commands start at the same time', async () => {
    const root = smallCheckout()
    const both = await Promise.all([1, 2].map(() => run(join(root, 'synlab'), [], root)))
    expect(both.map(({ stdout }) => stdout)).toEqual(['[]\n', '[]\n'])
    expect(both.filter(({ stderr }) => stderr.includes('compiling'))).toHaveLength(1)
  })
})
