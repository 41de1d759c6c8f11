/**
 * docs/attacks.md, made from the catalogue of attacks and the scenarios that ship with the lab, so that it says what is so.
 */

import { LEASE_MS, LEASE_MS_MAX } from '../../../attacker/api/leases.ts'
import { TRACE_PACKETS_MAX } from '../../../attacker/trace/account.ts'
import {
  ATTACK_CATALOGUE,
  ATTACK_KINDS,
  type AttackKind,
  type AttackKindEntry,
  type AttackParameter,
  PACE_PARAMETERS,
} from '../../../attacker/traffic/attack-catalogue.ts'
import { ATTACK_DURATION_MAX, ATTACK_RATE_MIN, ATTACKS_MAX } from '../../../attacker/traffic/caps.ts'
import { LEASE_SECONDS } from '../../../dashboard/server/page-leases.ts'
import { bundledNames, readScenario } from '../../../lab/files/scenario-source.ts'
import { loadScenario } from '../../../lab/scenario/load.ts'
import { resolveScenario, type Scenario } from '../../../lab/scenario/resolve.ts'
import { MAX_CONNECTIONS } from '../../../server/app/server-host.ts'

const HEAD = `<!-- Made by test/unit/attacker/attack-docs.test.ts from the catalogue: change that, then run vitest with -u. -->

# Attacks

What every kind of attack does, what it can be told, and the scenario that shows it. In a scenario file these are the keys of
an entry of \`traffic\`, beside \`name\`, \`kind\`, \`start\` and \`stop\`; for the attacker's control API they are the keys of
\`POST /api/attacks\`, beside \`kind\`, \`duration\`, \`seed\` and \`lease\`. A parameter that means nothing beside the others is refused.

An attack stops by itself after ${ATTACK_DURATION_MAX} s at most; ${ATTACKS_MAX} run at a time.

With a backlog of B the SYN queue holds B + 1 requests. That is so since Linux 6.14 (commit 3479c7549fb1, "tcp/dccp: allow a
connection when sk_max_ack_backlog is zero") and in the stable kernels that took the change over in January 2025 (6.12.y, 6.6.y
and others). Older kernels, those of many courses and books among them, count \`>=\`: there it is full with B.
`

const LIVE = `## Live

\`\`\`
curl -X POST -H 'content-type: application/json' -d '{"kind":"connect-flood","rate":50,"duration":60}' http://127.0.0.1:8082/api/attacks
curl http://127.0.0.1:8082/api/attacks
curl -X DELETE http://127.0.0.1:8082/api/attacks/1
curl -X DELETE http://127.0.0.1:8082/api/attacks
curl -N http://127.0.0.1:8082/api/events
\`\`\`

starts an attack, which answers with its \`id\`, shows how all of them go, stops one, stops all, and follows them as Server-Sent
Events. \`offered\` = \`sent\` + \`late\` + \`noRoom\`: what fell due, what was sent, and what was not because the attacker was too
late or its transmit ring full. \`GET /api/attack-kinds\` is this page as JSON.

Some attacks need something to take hold of. By default the server serves connections until its table
of ${MAX_CONNECTIONS} is full, and \`connect-flood\` and \`slow-request\` harm nobody before; \`cookie-replay\` needs cookies; and
\`rst-flood\` and \`fin-flood\` need clients that stay:

\`\`\`
curl -X PATCH -H 'content-type: application/json' -d '{"workers":50}' http://127.0.0.1:8081/api/config
curl -X PATCH -H 'content-type: application/json' -d '{"synCookies":2}' http://127.0.0.1:8081/api/config
curl -X PUT -H 'content-type: application/json' -d '{"rate":2,"requests":100,"pause":0.5}' http://127.0.0.1:8082/api/clients
\`\`\`

A program that starts attacks can see to it that they end with it: \`POST /api/leases\` gives a lease, \`"lease": ID\` in an attack
binds the attack to it, and \`PUT /api/leases/ID\`, more often than every ${LEASE_MS / 1000} s, renews it. When that stops, so does the
attack, within 2 s. \`DELETE /api/leases/ID\` gives it up. With \`?seconds=N\`, at most ${LEASE_MS_MAX / 1000}, it lasts longer.
The page's attacks have one of ${LEASE_SECONDS} s, which is renewed as long as a page is open.

\`npm start -- --traces DIR\`, or the variable SYNLAB_TRACES, names the directory of the recordings that \`trace-replay\` may play.
`

export function attackDocs(): string {
  const scenarios = bundledNames().map((name) => resolveScenario(loadScenario(readScenario(name))))
  const kinds = ATTACK_KINDS.map((kind) => kindSection(kind, scenarios))
  const pace = `## When\n\nEvery kind but one that replays a recording has these as well:\n\n${table(PACE_PARAMETERS)}`
  return `${[HEAD, overview(scenarios), LIVE, pace, ...kinds].join('\n')}`
}

/** What there is to know of recordings beside the parameters. */
const REPLAY = `All segments that were sent to the attacked host are replayed, those of all its ports to the server's one port; the
segments of further flows that would become one get source ports of their own. Which host that is, and what is not replayed and
why, is told with counts: by \`synlab run\` below its table, in result.json and report.html (\`recording\`), by the control API
(\`replay\`), and by the metric \`synlab_trace_packets_total{outcome}\`. \`synlab run --victim ADDRESS\` says it for all recordings
of a scenario.

pcap (with the longer records of Kuznetzov, Red Hat 6.1, SuSE 6.3 and Nokia, too) and pcapng are read, of any size, also packed
by gzip, and by zstd where Node can unpack it (22.15 and later); on Ethernet (with SNAP, too), VLANs, PPP, PPPoE, MPLS, Cisco
HDLC, Linux cooked, loopback and raw IP, and inside IPv4, GRE, ERSPAN, VXLAN and Geneve. A recording that was cut off is
replayed up to there. A trace holds ${TRACE_PACKETS_MAX} packets. Live, a long one is kept in a temporary file and read page by
page, so that many take little memory. Options that a short capture cut off are missing, payloads are zeros.

A replay sends what was recorded, whatever the server answers. It completes no handshake, because the lab's server chooses other
numbers than the recorded one did: connections that were established then are half-open now, and their ACKs and data are strays.
`

/** One line per kind: what shows it, and what it teaches. */
function overview(scenarios: readonly Scenario[]): string {
  const rows = ATTACK_KINDS.map((kind) => {
    const shown = scenarios.filter(({ attacks }) => attacks.some((attack) => attack.kind === kind))
    return `| [\`${kind}\`](#${kind}) | ${shown.map(({ name }) => `\`${name}\``).join(', ')} |\n`
  })
  return `| kind | scenarios |\n| --- | --- |\n${rows.join('')}`
}

function kindSection(kind: AttackKind, scenarios: readonly Scenario[]): string {
  const { about, acts, pace, rateMax, parameters } = ATTACK_CATALOGUE[kind] as AttackKindEntry
  const rates = {
    given: `\`rate\`: ${ATTACK_RATE_MIN} to ${rateMax} ${acts} per second, required.`,
    'hold-rate': 'It has no `rate`: that follows from `backlog` and `synAckRetries`.',
    trace: 'It has no `rate`: the times are those of the recording.',
  }
  const lessons = scenarios
    .filter(({ attacks }) => attacks.some((attack) => attack.kind === kind))
    .map(({ name, description }) => `- \`${name}\`: ${description}\n`)
  const own = Object.keys(parameters).length === 0 ? '' : `\n${table(parameters)}`
  const shown = lessons.length === 0 ? '' : `\n${lessons.join('')}`
  const more = kind === 'trace-replay' ? `\n${REPLAY}` : ''
  return `## ${kind}\n\n${about}\n\n${rates[pace]}\n${own}${more}${shown}`
}

function table(parameters: Readonly<Record<string, AttackParameter>>): string {
  const rows = Object.entries(parameters).map(([name, parameter]) => {
    const fallback = fallbackOf(parameter)
    const { onlyWith, about } = parameter
    const only = onlyWith === undefined ? '' : ` (only with \`${onlyWith.parameter}\` ${onlyWith.values.join(' or ')})`
    return `| \`${name}\` | ${about}${only} | ${valuesOf(parameter)} | ${fallback} |\n`
  })
  return `| key | meaning | values | default |\n| --- | --- | --- | --- |\n${rows.join('')}`
}

function fallbackOf(parameter: AttackParameter): string {
  if ('default' in parameter) return `\`${parameter.default}\``
  return parameter.type === 'victim' ? 'whom the recording tells' : 'required'
}

function valuesOf(parameter: AttackParameter): string {
  switch (parameter.type) {
    case 'integer':
    case 'number':
      return `${parameter.min} to ${parameter.max}${parameter.type === 'integer' ? ', whole' : ''}`
    case 'choice':
      return parameter.choices.map((choice) => `\`${choice}\``).join(', ')
    case 'sources':
      return 'an IPv4 prefix inside 198.18.0.0/15, 192.0.2.0/24 or 198.51.100.0/24'
    case 'file':
      return 'the name of a file'
    case 'victim':
      return 'an IPv4 address, or address:port'
  }
}
