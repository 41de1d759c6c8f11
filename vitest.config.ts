import { defineConfig } from 'vitest/config'

/** What needs nothing but Node.js and has no process to wait for: the README's test command. */
const QUICK = ['test/unit/**', 'test/packetdrill/**', 'test/property/**', 'test/sim/**']
/** Long runs of virtual time: of the bundles the browser tests have shorter ones, of the rest the quick set. */
const LONG = ['test/sim/steady-state.test.ts', 'test/sim/page-bundles.test.ts']

const common = {
  // Generous: a busy machine is no failure. What needs time has virtual time.
  testTimeout: 300_000,
  hookTimeout: 300_000,
}

/** Everything else: processes, sockets, containers, browsers, other programs, and long runs. */
const SLOW = ['test/**/*.test.ts']

export default defineConfig({
  test: {
    // Tests of live processes wait most of their time: two at once, also where vitest would take one worker for two cores.
    maxWorkers: 2,
    projects: [
      { test: { ...common, name: 'quick', include: QUICK.map((folder) => `${folder}/*.test.ts`), exclude: LONG } },
      {
        test: {
          ...common,
          name: 'slow',
          include: SLOW,
          exclude: [
            ...QUICK.filter((folder) => folder !== 'test/sim/**'),
            'test/sim/!(steady-state|page-bundles).test.ts',
            'test/sim/*/**',
          ],
        },
      },
    ],
  },
})
