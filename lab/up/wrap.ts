/**
 * Text for a terminal of a certain width: a line that is too long goes on below, it is not cut.
 */

/** `line` as lines of at most `columns` characters, broken between words where possible; those that follow are indented. */
export function wrap(line: string, columns: number, indent = ''): string[] {
  if (line.length <= columns) return [line]
  const room = Math.max(1, columns)
  const space = line.lastIndexOf(' ', room)
  const isWord = space > indent.length && line.slice(0, space).trim() !== ''
  const end = isWord ? space : room
  const rest = line.slice(end).trimStart()
  // An indentation that leaves no room for text is none.
  const next = indent.length < room ? indent + rest : rest
  return rest === '' ? [line.slice(0, end)] : [line.slice(0, end), ...wrap(next, columns, indent)]
}
