/** The inspector of SYN cookies: a real one taken apart, and what the server would say to it with any bit flipped. */
import { useEffect, useState } from 'preact/hooks'
import type { CookieAnatomy } from '../../../contract/server.ts'
import { useFormat, useLab, useText } from '../../app/lab-context.ts'
import { refusalText } from '../../controls/asks.ts'
import { QuestionsHere } from '../../questions/questions-here.tsx'
import { situationAt } from '../../store/situation.ts'
import { BitRow } from './bit-row.tsx'
import { COUNT_BITS, flip, guessesPerHit, HASH_BITS, hex, takeApart } from './bits.ts'
import './cookie.css'
import { COOKIE } from './strings.ts'

const DAY_MS = 86_400_000

export function CookieView() {
  const text = useText(COOKIE)
  const { anatomy, judged, refusal, take, judge } = useCookie()
  if (anatomy === undefined) {
    return (
      <p class="loading" role="status">
        {refusal ?? text.waiting}
      </p>
    )
  }
  const bits = takeApart(judged, anatomy)
  const isFlipped = judged !== anatomy.real
  return (
    <section class="cookie-view" aria-label={text.title}>
      <div class="view-head">
        <h1>
          {text.title} <QuestionsHere place="cookie" />
        </h1>
        <p class="quiet">{anatomy.wasSent ? text.about(anatomy.client) : text.example}</p>
        <div class="choice-bar">
          <button type="button" class="button helpful" onClick={take}>
            {text.take}
          </button>
          <button type="button" class="button" disabled={!isFlipped} onClick={() => judge(anatomy.real)}>
            {text.restore}
          </button>
        </div>
        {refusal !== undefined && <p role="alert">{refusal}</p>}
      </div>
      <div class="panel equation">
        <BitRow
          label={`${text.cookie} ${hex(judged)}`}
          note={text.onWire}
          value={judged}
          bits={32}
          changed={(judged ^ anatomy.real) >>> 0}
          onFlip={(place) => judge(flip(judged, place))}
        />
        <Term name={text.hash1} value={anatomy.hash1} />
        <Term name={text.clientIsn} value={anatomy.clientIsn} />
        <div class="halves">
          <BitRow label={`${text.count} = ${bits.count}`} value={bits.count} bits={COUNT_BITS} />
          <BitRow label={`${text.low} ${hex(bits.low, 6)}`} value={bits.low} bits={HASH_BITS} />
        </div>
        <Term name={text.hash2} value={anatomy.hash2} digits={6} />
        <MssTable anatomy={anatomy} index={bits.index} />
      </div>
      <Verdict anatomy={anatomy} />
      <div class="facts">
        <Lifetime anatomy={anatomy} />
        <Timestamp anatomy={anatomy} />
        <Odds anatomy={anatomy} />
      </div>
    </section>
  )
}

/** The cookie that is shown, the number that is judged in its place, and the server's verdict on it. */
function useCookie() {
  const { source } = useLab()
  const [anatomy, setAnatomy] = useState<CookieAnatomy | undefined>(undefined)
  const [judged, setJudged] = useState(0)
  const [refusal, setRefusal] = useState<string | undefined>(undefined)
  const ask = (cookie: number | undefined): void => {
    source.controls.cookie(cookie === undefined ? {} : { cookie }).then(
      (answer) => {
        setAnatomy(answer)
        setJudged(answer.cookie)
        setRefusal(undefined)
      },
      (problem: unknown) => setRefusal(refusalText(problem)),
    )
  }
  useEffect(() => ask(undefined), [source])
  return { anatomy, judged, refusal, take: () => ask(undefined), judge: ask }
}

function Term({ name, value, digits = 8 }: { name: string; value: number; digits?: number }) {
  const text = useText(COOKIE)
  return (
    <p class="term">
      <span>{text.minus}</span> <code>{hex(value, digits)}</code> <span class="quiet">{name}</span>
    </p>
  )
}

function MssTable({ anatomy, index }: { anatomy: CookieAnatomy; index: number }) {
  const text = useText(COOKIE)
  const format = useFormat()
  return (
    <p class="term">
      <span>=</span> <code>{format.count(index)}</code> <span class="quiet">{text.index}</span>{' '}
      {anatomy.mssTable.map((mss, i) => (
        <span key={mss} class={i === index ? 'mss chosen' : 'mss'}>
          {i}: {mss}
        </span>
      ))}
    </p>
  )
}

function Verdict({ anatomy: { verdict } }: { anatomy: CookieAnatomy }) {
  const text = useText(COOKIE)
  const format = useFormat()
  return (
    <p class="verdict" role="status" data-verdict={verdict.reason}>
      <strong>{text.verdicts[verdict.reason]}</strong>{' '}
      {verdict.mss !== undefined && text.mss(format.count(verdict.mss))}{' '}
      <span class="quiet">{text.counter(verdict.counter)}</span>
    </p>
  )
}

function Lifetime({ anatomy: { expiresAt } }: { anatomy: CookieAnatomy }) {
  const text = useText(COOKIE)
  const format = useFormat()
  const now = useLab().clock.now.value ?? 0
  const left = expiresAt === null ? undefined : expiresAt - now
  return (
    <section class="panel">
      <h2 class="panel-title">{text.lifetime}</h2>
      <p class="fact">
        {left === undefined
          ? text.never
          : left <= 0
            ? text.expired
            : text.left(format.duration(Math.ceil(left / 1000) * 1000))}
      </p>
    </section>
  )
}

function Timestamp({ anatomy: { timestamp } }: { anatomy: CookieAnatomy }) {
  const text = useText(COOKIE)
  return (
    <section class="panel">
      <h2 class="panel-title">{text.timestamp}</h2>
      {timestamp === undefined ? (
        <p class="fact">{text.noTimestamp}</p>
      ) : (
        <>
          <BitRow label={String(timestamp.value)} value={timestamp.value & 0x3f} bits={6} />
          <p class="fact">
            {text.options(
              timestamp.windowScale < 0 ? text.noScale : String(timestamp.windowScale),
              timestamp.sack ? text.yes : text.no,
            )}
          </p>
        </>
      )}
    </section>
  )
}

function Odds({ anatomy }: { anatomy: CookieAnatomy }) {
  const { store, clock } = useLab()
  const text = useText(COOKIE)
  const format = useFormat()
  const guesses = guessesPerHit(anatomy.mssTable)
  const rate = situationAt(store, clock.now.value ?? 0).server?.rates.cookiesFailed ?? 0
  const ms = (guesses / rate) * 1000
  return (
    <section class="panel">
      <h2 class="panel-title">{text.odds}</h2>
      <p class="fact">{text.oddsAbout(format.count(guesses))}</p>
      <p class="fact">
        {rate >= 1
          ? text.oddsRate(format.rate(rate), ms > DAY_MS ? text.days(format.rate(ms / DAY_MS)) : format.duration(ms))
          : text.oddsNone}
      </p>
    </section>
  )
}
