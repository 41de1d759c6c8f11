/**
 * A live lab for integration tests: a server, attackers that are linked to it, and a request for every kind of attack.
 */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { onTestFinished } from 'vitest'
import type { AttackerState } from '../../../attacker/contract.ts'
import {
  ATTACK_CATALOGUE,
  ATTACK_KINDS,
  type AttackKind,
  type AttackKindEntry,
  parametersOf,
} from '../../../attacker/traffic/attack-catalogue.ts'
import type { ServerState } from '../../../server/contract.ts'
import { SYN } from '../../../tcpip/wire/segment.ts'
import { packetOf, pcapFile } from '../readers/capture-files.ts'
import { LabProcess, until } from './lab-process.ts'

export class LiveLab {
  private readonly processes: LabProcess[] = []

  /** Starts a server on free ports, unless flags say otherwise. */
  async server(...flags: string[]): Promise<LabProcess> {
    return this.start('server/main.js', ['--api-port=0', '--link-port=0', ...flags])
  }

  /** Starts an attacker and waits until its link is ready. Without honest clients unless flags say otherwise. */
  async attacker(server: LabProcess, ...flags: string[]): Promise<LabProcess> {
    const hub = `--hub=127.0.0.1:${server.ready.linkPort}`
    const attacker = await this.start('attacker/main.js', ['--api-port=0', hub, '--clients-rate=0', ...flags])
    await untilLinked(attacker)
    return attacker
  }

  /** Ends all that it has started, whatever they are doing. */
  async stop(): Promise<void> {
    await Promise.all(this.processes.splice(0).map((process) => process.kill()))
  }

  private async start(script: string, flags: readonly string[]): Promise<LabProcess> {
    const process = new LabProcess(script, flags)
    this.processes.push(process)
    await process.waitUntilReady()
    return process
  }
}

export async function stateOf(attacker: LabProcess): Promise<AttackerState> {
  return (await attacker.request<AttackerState>('GET', '/api/state')).body
}

export async function serverStateOf(server: LabProcess): Promise<ServerState> {
  return (await server.request<ServerState>('GET', '/api/state')).body
}

export async function untilLinked(attacker: LabProcess): Promise<void> {
  await until('the link is ready', async () => (await stateOf(attacker)).link.state === 'ready')
}

/** The kinds that need nothing but a request; a recording is a file. */
export const KINDS_BY_REQUEST = ATTACK_KINDS.filter((kind) => filesOf(kind).length === 0)

/** Name of the recording that `attackOf` asks for. */
const RECORDING = 'flood.pcap'

/**
 * A request for an attack of a kind that lasts longer than any test: `rate` packets, or a tenth as many connections, per
 * second, or what is recorded.
 */
export function attackOf(kind: AttackKind, rate: number): Record<string, unknown> {
  const { pace, acts } = ATTACK_CATALOGUE[kind] as AttackKindEntry
  const given = pace === 'given' ? { rate: acts === 'packets' ? rate : rate / 10 } : {}
  return { kind, duration: 600, ...given, ...Object.fromEntries(filesOf(kind).map((name) => [name, RECORDING])) }
}

/** Bytes of a record of a pcap file whose packet is a bare SYN: its header, then 40 bytes. */
const RECORD_BYTES = 56

/** A directory with the recording of a flood of 100 SYN/s, until the test is over. */
export function makeTraces(packets = 60_000): string {
  const syn = packetOf({ source: 1, sourcePort: 1024, destination: -1, destinationPort: 80, flags: SYN })
  const first = pcapFile([{ seconds: 0, nanoseconds: 0, bytes: syn }])
  const headerBytes = first.length - RECORD_BYTES
  const file = Buffer.alloc(headerBytes + packets * RECORD_BYTES)
  file.set(first)
  for (let i = 1; i < packets; i++) {
    const at = headerBytes + i * RECORD_BYTES
    file.copyWithin(at, headerBytes, headerBytes + RECORD_BYTES)
    file.writeUInt32LE(Math.floor(i / 100), at)
    file.writeUInt32LE((i % 100) * 10_000, at + 4)
  }
  const directory = mkdtempSync(join(tmpdir(), 'synlab-traces-'))
  onTestFinished(() => rmSync(directory, { recursive: true }))
  writeFileSync(join(directory, RECORDING), file)
  return directory
}

/** The parameters of a kind that are files. */
function filesOf(kind: AttackKind): string[] {
  return Object.entries(parametersOf(kind)).flatMap(([name, { type }]) => (type === 'file' ? [name] : []))
}
