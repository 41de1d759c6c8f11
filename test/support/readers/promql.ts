/**
 * Reads PromQL with Prometheus' own grammar, as its page and Grafana's editor do: whether an expression is one, and what it
 * asks for. Grafana's variables have to be replaced before.
 */
import type { SyntaxNodeRef } from '@lezer/common'
import { parser } from '@prometheus-io/lezer-promql'

/** One selector: a metric with its label matchers, without its window. */
export interface Selector {
  readonly metric: string
  /** As written, without braces' blanks: `synlab_connections{state="close_wait"}`. */
  readonly text: string
  /** Names of the labels that are matched. */
  readonly labels: readonly string[]
  /** Name of the function that it is the argument of, without the parentheses in between; undefined for none. */
  readonly inside: string | undefined
}

export interface Expression {
  readonly selectors: readonly Selector[]
  /** Ranges of selectors and sub-queries, seconds. */
  readonly windows: readonly number[]
}

const SECONDS: Readonly<Record<string, number>> = { ms: 0.001, s: 1, m: 60, h: 3600, d: 86_400 }

/** Throws an error that quotes the expression when it is not PromQL. */
export function parsePromql(text: string): Expression {
  const selectors: Selector[] = []
  const windows: number[] = []
  const read = (node: { from: number; to: number }): string => text.slice(node.from, node.to)
  parser.parse(text).iterate({
    enter(node) {
      if (node.type.isError) throw new Error(`not PromQL at ${node.from}: ${text}`)
      if (node.name === 'VectorSelector') selectors.push(readSelector(node, read))
      if (node.name !== 'MatrixSelector' && node.name !== 'SubqueryExpr') return
      const range = node.node.getChild('DurationExpr')
      if (range !== null) windows.push(seconds(read(range)))
    },
  })
  if (text.trim() === '') throw new Error('not PromQL: empty')
  return { selectors, windows }
}

function readSelector(ref: SyntaxNodeRef, read: (node: { from: number; to: number }) => string): Selector {
  const name = ref.node.getChild('Identifier')
  const labels: string[] = []
  ref.node.cursor().iterate((child) => {
    if (child.name === 'LabelName') labels.push(read(child))
  })
  let parent = ref.node.parent
  while (parent !== null && parent.name !== 'FunctionCall') {
    // A selector that is an operand is not what the function around the operation is asked about.
    if (parent.name === 'BinaryExpr') parent = null
    else parent = parent.parent
  }
  const called = parent?.getChild('FunctionIdentifier') ?? null
  return {
    metric: name === null ? '' : read(name),
    text: read(ref).replaceAll(/\s+/g, ' '),
    labels,
    inside: called === null ? undefined : read(called),
  }
}

function seconds(duration: string): number {
  let sum = 0
  for (const [, count = '', unit = ''] of duration.matchAll(/(\d+)(ms|s|m|h|d)/g))
    sum += Number(count) * (SECONDS[unit] ?? 0)
  return sum
}
