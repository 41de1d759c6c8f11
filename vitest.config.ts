import { defineConfig } from 'vitest/config'

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    testTimeout: 60_000,
    hookTimeout: 60_000,
    // Tests of live processes wait most of their time: two at once, also where vitest would take one worker for two cores.
    maxWorkers: 2,
  },
})
