/** Load benchmark: the figures of `synlab bench http`, line by line while it runs. */
import type { Board } from '../board.ts'
import { curves } from '../panels.ts'
import { bench } from '../queries.ts'

const LINE = 'flood {{flood}}, cookies {{cookies}}, keep-alive {{keep_alive}}, backlog {{backlog}}, {{rate}}/s'

export const BENCH: Board = {
  name: 'bench',
  title: 'Load benchmark',
  description:
    'A benchmark through the gateway: docker compose run --rm --use-aliases bench. Each line of its table appears when it is done.',
  rows: [
    {
      title: 'Lines of the table',
      panels: [
        curves({
          title: 'Answers',
          description:
            'Answers per second of each line. With a new connection for each request a flood without cookies leaves nothing; kept ' +
            'connections feel nothing of it, because who is connected needs no place in the SYN queue any more.',
          unit: 'reqps',
          span: 12,
          curves: [{ expr: bench('requests_per_second'), legend: LINE }],
        }),
        curves({
          title: 'Latency',
          description:
            'Latency of the requests that were answered. autocannon is a closed loop: it does not ask while it waits, so that these ' +
            'numbers flatter a server in an outage. Look at the answers first.',
          unit: 's',
          span: 12,
          curves: [{ expr: bench('latency_seconds'), legend: `{{quantile}}: ${LINE}` }],
        }),
        curves({
          title: 'Requests without an answer',
          description:
            'Requests of each line that timed out or whose connection broke. Together with the answers they are all that was asked.',
          unit: 'short',
          span: 12,
          curves: [{ expr: bench('unanswered_requests'), legend: LINE }],
        }),
        curves({
          title: 'Progress',
          description:
            'How much of the benchmark is done. The curve ends when the benchmark does; what it measured stays in Prometheus.',
          unit: 'percentunit',
          max: 1,
          span: 12,
          curves: [{ expr: bench('progress_ratio'), legend: 'done' }],
        }),
      ],
    },
  ],
}
