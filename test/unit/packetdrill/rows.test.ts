/**
 * docs/fidelity.md names the scripts that hold each row of what a live kernel was found to do: they are there, and each row has one
 * that is played on the kernel too.
 */
import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { expect, it } from 'vitest'
import { readScript } from '../../packetdrill/script-file.ts'

const FIDELITY = fileURLToPath(new URL('../../../docs/fidelity.md', import.meta.url))
const SCRIPTS = fileURLToPath(new URL('../../packetdrill/scripts/', import.meta.url))

/** Rows of the table by number, with the scripts that each names; a row without number belongs to the one before. */
function rows(): Map<number, string[]> {
  const [, section] = readFileSync(FIDELITY, 'utf8').split('and the scripts that hold it\n')
  const found = new Map<number, string[]>()
  let current = 0
  for (const [, number, scripts] of section.matchAll(/^\| (\d*) ?\|[^|]+\|([^|]+)\|$/gm)) {
    if (number !== '') current = Number(number)
    const names = [...scripts.matchAll(/`([\w-]+\/[\w-]+)`/g)].map(([, name]) => name)
    if (current > 0) found.set(current, [...(found.get(current) ?? []), ...names])
  }
  return found
}

it('every row has scripts, one of them true of the kernel', () => {
  const table = rows()
  expect([...table.keys()]).toEqual(Array.from({ length: 48 }, (_, i) => i + 1))
  for (const [row, scripts] of table) {
    const onKernel = scripts.filter((name) => readScript(`${SCRIPTS}${name}.pkt`).only === undefined)
    expect(onKernel, `row ${row}`).not.toEqual([])
  }
})
