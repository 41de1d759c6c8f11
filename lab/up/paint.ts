/**
 * Colours of the terminal view, where the terminal has them and nobody said NO_COLOR: what is full or failing stands out, what
 * is beside the point steps back.
 */
import colors from 'picocolors'

export type Paint = (line: string) => string

/** No colours at all. */
export const PLAIN: Paint = (line) => line

/** The colours that standard output supports. */
export const COLOURED: Paint = (line) => {
  if (line === 'synlab') return colors.bold(line)
  return line
    .replace(/ {2}full$/, (text) => colors.bold(colors.yellow(text)))
    .replace(/^(success .*?)([▁▂▃▄▅▆▇█ ]+)$/, (_all, label, bars) => label + colors.cyan(bars))
    .replace(/^(SYN\/s .*?|SYN queue .*?)([▁▂▃▄▅▆▇█ ]+)$/, (_all, label, bars) => label + colors.yellow(bars))
    .replace(/^(\d\d:\d\d:\d\d)/, (time) => colors.dim(time))
    .replace(/\[(#*)(\.*)\]/, (_all, full, free) => `[${colors.yellow(full)}${colors.dim(free)}]`)
}
