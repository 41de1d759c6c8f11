/**
 * The style sheet of report.html: light, dark, telephones and A4 paper. Colours of the charts are in chart-style.ts.
 */
import { chartStyle, DARK, LIGHT } from './chart-style.ts'

/** Below this width of the window, pixels, the narrow pictures are shown. */
const NARROW_BELOW = 720

const PAGE = `
:root{color-scheme:light dark;--paper:${LIGHT.paper};--ink:${LIGHT.ink};--muted:${LIGHT.muted};--line:${LIGHT.grid};--fail:${LIGHT.failure};--pass:${LIGHT.arms[2]};--well:#f6f7f9}
@media screen and (prefers-color-scheme:dark){:root{--paper:${DARK.paper};--ink:${DARK.ink};--muted:${DARK.muted};--line:${DARK.grid};--fail:${DARK.failure};--pass:${DARK.arms[2]};--well:#1c2027}}
*{box-sizing:border-box}
body{margin:0;background:var(--paper);color:var(--ink);font:15px/1.55 "Helvetica Neue",Helvetica,Arial,"Liberation Sans",sans-serif;font-variant-numeric:tabular-nums;-webkit-text-size-adjust:100%}
main{max-width:968px;margin:0 auto;padding:48px 24px 64px}
h1{font-size:32px;line-height:1.2;letter-spacing:-.01em;margin:0 0 12px}
h2{font-size:20px;line-height:1.3;margin:0 0 12px}
p,ul,dl{margin:0 0 12px;max-width:70ch}
section{margin-top:56px}
.lead{font-size:17px;overflow-wrap:anywhere;white-space:pre-line}
.facts,figcaption,.note{color:var(--muted);font-size:13px}
.facts{margin-top:16px}
ul{padding-left:20px}li{margin:4px 0}
.keys{display:grid;grid-template-columns:repeat(auto-fit,minmax(200px,1fr));gap:24px;margin:32px 0 0;padding:20px 0 0;border-top:1px solid var(--line);max-width:none}
.keys dt{font-size:13px;color:var(--muted)}
.keys dd{margin:0;font-size:30px;line-height:1.25;letter-spacing:-.01em}
.keys dd span{display:block;font-size:13px;line-height:1.5;letter-spacing:0;color:var(--muted)}
figure{margin:0}
figcaption{margin-top:16px;max-width:90ch}
.chart{display:block;width:100%;height:auto}
.narrow{display:none}
.scroll{overflow-x:auto;margin:0 0 12px}
table{border-collapse:collapse;font-size:13px;line-height:1.4;width:100%}
th,td{padding:5px 0 5px 16px;text-align:left;font-weight:400;vertical-align:baseline;white-space:nowrap}
tr>:first-child:not(.inner){padding-left:0}
td.number,th.number{text-align:right}
thead th{color:var(--muted);border-bottom:1px solid var(--line)}
thead tr.groups>*{border-bottom:0;padding-bottom:0}
thead tr.groups th span{display:block;text-align:center;padding-bottom:4px;border-bottom:1px solid var(--line)}
tbody th{font-weight:600}
tbody tr.first>*{border-top:1px solid var(--line)}
thead+tbody tr.first:first-child>*{border-top:0}
td.free{white-space:normal;overflow-wrap:anywhere}
code,pre{font:13px/1.5 ui-monospace,Menlo,Consolas,"Liberation Mono",monospace}
pre{margin:0 0 16px;padding:14px 16px;background:var(--well);border-radius:6px;white-space:pre-wrap;overflow-wrap:anywhere}
.hash{overflow-wrap:anywhere}
.pass{color:var(--pass);font-weight:600}.fail{color:var(--fail);font-weight:600}
.hidden{position:absolute;width:1px;height:1px;overflow:hidden;clip-path:inset(50%)}
tbody th.inner{font-weight:400}
dl.pairs{display:grid;grid-template-columns:max-content 1fr;gap:4px 20px;max-width:none;font-size:13px}
dl.pairs dt{color:var(--muted)}dl.pairs dd{margin:0}
dl.terms{columns:2;column-gap:40px;max-width:none;font-size:14px}
dl.terms div{break-inside:avoid;margin:0 0 12px}
dl.terms dt{font-weight:600}dl.terms dd{margin:0}
@media screen and (max-width:${NARROW_BELOW}px){
main{padding:28px 16px 48px}h1{font-size:26px}section{margin-top:44px}
.wide{display:none}div.narrow{display:block}span.narrow{display:inline}
dl.terms{columns:1}dl.pairs{display:block}dl.pairs dd{margin:0 0 8px}
}
@page{size:A4;margin:16mm 14mm}
@media print{
body{font-size:9.5pt;line-height:1.45;-webkit-print-color-adjust:exact;print-color-adjust:exact}
main{max-width:none;padding:0}p,ul{max-width:none}li{margin:2px 0}
header p{margin-bottom:6px}section{margin-top:6mm}.keys{margin-top:12px;padding-top:10px}.keys dd{font-size:18pt}
h1{font-size:20pt;margin-bottom:6px}h2{font-size:13pt;margin-bottom:8px;break-after:avoid}
table{font-size:8.5pt}th,td{padding-left:9px}
.lead{font-size:11pt}dl.terms,dl.pairs{font-size:8.5pt}.facts,figcaption,.note{font-size:8.5pt}
.chart{max-height:232mm}figcaption{max-width:none}figure,.scroll,tr,pre,.keys{break-inside:avoid}thead{display:table-header-group}
.scroll{overflow:visible}
}
`

/** The whole style sheet. */
export function reportStyle(): string {
  return `${PAGE.trim()}\n${chartStyle()}`
}
