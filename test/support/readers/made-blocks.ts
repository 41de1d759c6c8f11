/**
 * Parts of files that people write and that are made from a catalogue: what stands between a line with `made: NAME` and
 * the next one with `/made`.
 */

/** `text` with what is in the block `name` replaced by `lines`. Throws when there is no such block. */
export function withBlock(text: string, name: string, lines: readonly string[]): string {
  const all = text.split('\n')
  const begin = all.findIndex((line) => line.replace(/^\W*|\W*$/g, '') === `made: ${name}`)
  const end = all.findIndex((line, index) => index > begin && /^\W*\/made\W*$/.test(line))
  if (begin < 0 || end < 0) throw new Error(`there is no block "made: ${name}"`)
  return [...all.slice(0, begin + 1), ...lines, ...all.slice(end)].join('\n')
}

/** A table of Markdown. */
export function markdownTable(heads: readonly string[], rows: readonly (readonly string[])[]): string[] {
  const line = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`
  return [line(heads), line(heads.map(() => '---')), ...rows.map(line)]
}
