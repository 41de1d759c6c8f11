/**
 * The text twin of a picture: one sentence that a screen reader hears when it changes, at most every five seconds, and not
 * at all when reading out is switched off; and a table of the last values behind a button.
 */
import type { ComponentChildren } from 'preact'
import { useEffect, useRef, useState } from 'preact/hooks'
import { useLab } from '../app/lab-context.ts'

const SPEAK_MS = 5000

export function SpokenTwin({ text }: { text: string }) {
  const { ui } = useLab()
  const latest = useRef(text)
  latest.current = text
  const [spoken, setSpoken] = useState(text)
  useEffect(() => {
    const timer = setInterval(() => setSpoken(latest.current), SPEAK_MS)
    return () => clearInterval(timer)
  }, [])
  return (
    <p class="unseen" aria-live={ui.isSpeaking.value ? 'polite' : 'off'}>
      {spoken}
    </p>
  )
}

interface TableTwinProps {
  readonly summary: string
  readonly columns: readonly string[]
  readonly rows: () => readonly (readonly string[])[]
}

/** The rows are made only while the table is open. */
export function TableTwin({ summary, columns, rows }: TableTwinProps) {
  const [isOpen, setIsOpen] = useState(false)
  return (
    <details class="twin" onToggle={(event) => setIsOpen(event.currentTarget.open)}>
      <summary>{summary}</summary>
      {isOpen && <Table columns={columns} rows={rows()} />}
    </details>
  )
}

function Table({
  columns,
  rows,
}: {
  columns: readonly string[]
  rows: readonly (readonly string[])[]
}): ComponentChildren {
  return (
    <table>
      <thead>
        <tr>
          {columns.map((column) => (
            <th key={column} scope="col">
              {column}
            </th>
          ))}
        </tr>
      </thead>
      <tbody>
        {rows.map((row) => (
          <tr key={row[0]}>
            {row.map((cell, i) => (
              <td key={columns[i]}>{cell}</td>
            ))}
          </tr>
        ))}
      </tbody>
    </table>
  )
}
