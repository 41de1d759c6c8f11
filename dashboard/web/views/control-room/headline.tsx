/** The one true sentence, why it is so, and what to try. */
import { useEffect, useRef, useState } from 'preact/hooks'
import { PhraseText } from '../../a11y/phrase-text.tsx'
import { type Lab, useFormat, useLab, useMoment, useText } from '../../app/lab-context.ts'
import { pin } from '../../app/ui-state.ts'
import { FLOOD } from '../../controls/presets.ts'
import type { Format } from '../../i18n/format.ts'
import type { Phrase } from '../../i18n/phrase.ts'
import type { SentenceCatalogue, SuggestionAction } from '../../sentence/catalogue.en.ts'
import { SENTENCES } from '../../sentence/catalogues.ts'
import type { Sentence } from '../../sentence/sentence.ts'
import { sentenceAt } from '../../sentence/sentence-at.ts'
import { CONTROL_ROOM } from './strings.ts'

/** Another sentence has to hold for so long before it is said: what is read must not flicker. */
const SETTLE_MS = 600

export function Headline() {
  const lab = useLab()
  const text = useText(CONTROL_ROOM)
  const words = useText(SENTENCES)
  const format = useFormat()
  const sentence = useSentence(lab)
  const said = say(sentence, words, format)
  const { pinned } = lab.ui
  const now = lab.clock.now.value
  return (
    <section class="headline" aria-label={text.sentence}>
      {pinned.value !== undefined && now !== undefined && (
        <p class="moment">
          <span>{text.pinned(format.clock(pinned.value), format.duration(Math.max(0, now - pinned.value)))}</span>
          <button type="button" class="button" onClick={() => pin(lab.ui, undefined, now)}>
            {text.resume}
          </button>
        </p>
      )}
      <h1 data-sentence={sentence.key}>
        <PhraseText phrase={said.headline} />
      </h1>
      <p class="why">
        {said.why}{' '}
        {said.suggestion !== undefined && pinned.value === undefined && (
          <button type="button" class="button suggestion" onClick={() => act(lab, said.action)}>
            {said.suggestion}
          </button>
        )}
      </p>
    </section>
  )
}

interface Said {
  readonly headline: Phrase
  readonly why: string
  readonly suggestion?: string
  readonly action?: SuggestionAction
}

export function say(sentence: Sentence, words: SentenceCatalogue, format: Format): Said {
  switch (sentence.key) {
    case 'silent': {
      const { headline, why } = words.silent
      return { headline: [headline(format.duration(Date.now() - sentence.since))], why }
    }
    case 'connecting':
    case 'serverGone':
    case 'attackerGone':
    case 'unknown': {
      const { headline, why } = words[sentence.key]
      return { headline: [headline], why }
    }
    default: {
      const { headline, why, ...suggestion } = words[sentence.key]
      return { headline: headline(sentence.values, format), why: why(sentence.values, format), ...suggestion }
    }
  }
}

/** The sentence of the moment; the present one changes its case only when the new one has held for a while. */
function useSentence(lab: Lab): Sentence {
  const { store, ui } = lab
  const moment = useMoment()
  const shown = useRef<{ sentence: Sentence; otherSince: number | undefined }>({
    sentence: { key: 'connecting' },
    otherSince: undefined,
  })
  // Where time stands still nothing else asks for another look.
  const [, lookAgain] = useState(0)
  useEffect(() => {
    if (shown.current.otherSince === undefined) return undefined
    const timer = setTimeout(() => lookAgain((looks) => looks + 1), SETTLE_MS)
    return () => clearTimeout(timer)
  })
  const isLive = ui.pinned.value === undefined
  if (moment === undefined && !(isLive && store.status.value.kind === 'silent')) return shown.current.sentence
  const sentence = sentenceAt(store, moment ?? 0, isLive)
  const { current } = shown
  const now = performance.now()
  if (sentence.key === current.sentence.key || !isLive || !('values' in current.sentence)) {
    shown.current = { sentence, otherSince: undefined }
    return sentence
  }
  current.otherSince ??= now
  if (now - current.otherSince < SETTLE_MS && 'values' in sentence) {
    // The old case with the new figures: it was true a moment ago, and its figures are true now.
    return { key: current.sentence.key, values: sentence.values }
  }
  shown.current = { sentence, otherSince: undefined }
  return sentence
}

function act(lab: Lab, action: SuggestionAction | undefined): void {
  const { controls } = lab.source
  const configure = (name: string, value: number): void => {
    void lab.asks.ask(`knob.${name}`, String(value), () => controls.configure({ [name]: value }))
  }
  switch (action) {
    case 'cookiesOn':
    case 'cookiesWhenFull':
      configure('synCookies', 1)
      break
    case 'acceptAtOnce':
      configure('acceptInterval', 0)
      break
    case 'flood':
      void lab.asks.ask('attack', 'flood', () => controls.startAttack(FLOOD))
      break
    case 'stopAttacks':
      void lab.asks.ask('stop', 'stop', () => controls.stopAllAttacks())
      break
    case 'states':
      lab.ui.view.value = 'states'
  }
}
