import { defineConfig } from 'vitest/config'

/** What needs nothing but Node.js and has no process to wait for: the README's test command. */
const QUICK = ['test/unit/**', 'test/packetdrill/**', 'test/property/**', 'test/sim/**']
/** Of these, what takes long: many seeds, millions of packets, whole experiments. The quick set has shorter ones of each kind. */
const LONG = [
  'test/sim/steady-state.test.ts',
  'test/sim/page-bundles.test.ts',
  'test/sim/classic.test.ts',
  'test/sim/stories.test.ts',
  'test/property/attack-addresses.test.ts',
  'test/property/endpoint-fuzz.test.ts',
  'test/property/state-transitions.test.ts',
  'test/property/udp-link.test.ts',
  'test/unit/lab/recordings.test.ts',
  'test/unit/lab/bench/load.test.ts',
  'test/unit/dashboard/web/lessons.test.ts',
  'test/unit/dashboard/web/lesson-checks.test.ts',
]

const common = {
  // Generous: a busy machine is no failure. What needs time has virtual time.
  testTimeout: 1_200_000,
  hookTimeout: 1_200_000,
}

/** What needs processes, sockets, containers, browsers, other programs or the kernel. */
const LIVE = ['browser', 'compose', 'integration', 'interop', 'kernel'].map((folder) => `test/${folder}/**/*.test.ts`)

export default defineConfig({
  test: {
    // Tests of live processes wait most of their time: two at once, also where vitest would take one worker for two cores.
    maxWorkers: 2,
    projects: [
      { test: { ...common, name: 'quick', include: QUICK.map((folder) => `${folder}/*.test.ts`), exclude: LONG } },
      { test: { ...common, name: 'slow', include: [...LIVE, ...LONG] } },
    ],
  },
})
