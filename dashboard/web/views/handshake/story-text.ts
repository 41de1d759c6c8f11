/** The lines of a told story, as the command line prints them, taken apart into what a page sets differently. Pure. */

export interface StoryBlock {
  readonly kind: 'heading' | 'prose' | 'lines'
  readonly text: string
}

/** Blocks between empty lines: an underlined line is a heading, indented ones stay lines, all else is prose. */
export function blocksOf(lines: readonly string[]): StoryBlock[] {
  const blocks: StoryBlock[] = []
  for (const block of split(lines)) {
    const [first = '', second = ''] = block
    const isHeading = /^-+$/.test(second) && second.length === first.length
    if (isHeading) blocks.push({ kind: 'heading', text: first })
    const rest = isHeading ? block.slice(2) : block
    if (rest.length === 0) continue
    const isIndented = rest.some((line) => line.startsWith(' '))
    blocks.push({ kind: isIndented ? 'lines' : 'prose', text: rest.join(isIndented ? '\n' : ' ') })
  }
  return blocks
}

function split(lines: readonly string[]): string[][] {
  const blocks: string[][] = [[]]
  for (const line of lines) {
    if (line === '') blocks.push([])
    else blocks.at(-1)?.push(line)
  }
  return blocks.filter((block) => block.length > 0)
}
