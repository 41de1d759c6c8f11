/**
 * Where log lines go: stdout, one write per line, lost when nobody reads them any more. The logger's own output tries a
 * line it still has at exit again and again while the pipe is broken (sonic-boom flushSync), and a process whose parent
 * was killed would never end.
 */
import { writeSync } from 'node:fs'

const STDOUT = 1

export const logOutput = {
  write(line: string): void {
    try {
      writeSync(STDOUT, line)
    } catch {
      // Nobody reads, or nobody keeps up: neither may stop the process.
    }
  },
}
