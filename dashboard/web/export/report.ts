/** The present view as one HTML file that needs nothing else: picture, figures, and what happened. Pure. */
import { escapeText } from './svg.ts'

export interface ReportInput {
  readonly language: string
  readonly title: string
  readonly why: string
  /** SVG text. */
  readonly picture: string
  readonly tables: readonly {
    readonly title: string
    readonly rows: readonly (readonly [name: string, value: string])[]
  }[]
  readonly footer: string
}

export function makeReport({ language, title, why, picture, tables, footer }: ReportInput): string {
  const body = tables
    .map(({ title: heading, rows }) => {
      const lines = rows.map(
        ([name, value]) => `<tr><th scope="row">${escapeText(name)}</th><td>${escapeText(value)}</td></tr>`,
      )
      return `<h2>${escapeText(heading)}</h2><table>${lines.join('')}</table>`
    })
    .join('\n')
  return `<!doctype html>
<html lang="${escapeText(language)}"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width,initial-scale=1">
<title>${escapeText(title)}</title>
<style>body{max-width:1440px;margin:24px auto;padding:0 16px;font:16px/1.5 system-ui,"Noto Sans SC","PingFang SC","Microsoft YaHei",sans-serif;color:#16191d;background:#fff}
svg{width:100%;height:auto}table{border-collapse:collapse}th,td{padding:2px 16px 2px 0;text-align:left;font-weight:400}td{font-variant-numeric:tabular-nums}footer{margin-top:24px;color:#565d66}</style></head>
<body><h1>${escapeText(title)}</h1><p>${escapeText(why)}</p>
${picture}
${body}
<footer>${escapeText(footer)}</footer></body></html>
`
}
