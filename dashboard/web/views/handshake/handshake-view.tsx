/** One connection taken apart: the one that is followed now, or one of a capture that was dropped onto the page. */
import { signal, useComputed } from '@preact/signals'
import { useEffect, useMemo, useRef, useState } from 'preact/hooks'
import { Asked } from '../../controls/asked.tsx'
import '../../controls/controls.css'
import type { TapRequest } from '../../../contract/stream.ts'
import type { PlayedStory } from '../../../virtual/story-scenes.ts'
import { SpokenTwin } from '../../a11y/twin.tsx'
import { type Lab, useFormat, useLab, useText } from '../../app/lab-context.ts'
import { QuestionsHere } from '../../questions/questions-here.tsx'
import { type CaptureFlows, readFlows } from './capture.ts'
import { Diagram } from './diagram.tsx'
import { type Exchange, withTapEvent } from './exchange.ts'
import { explanationOf } from './explain.ts'
import './handshake.css'
import { Player } from './player.ts'
import { PlayerBar } from './player-bar.tsx'
import { SEED, StoryHead, StoryMenu, StoryText } from './story-shelf.tsx'
import { HANDSHAKE } from './strings.ts'

/** Captures beyond this are not read: a browser's tab has no room for them. */
const FILE_BYTES_MAX = 256 * 1024 * 1024

export function HandshakeView() {
  const lab = useLab()
  const text = useText(HANDSHAKE)
  const format = useFormat()
  const { exchange, player } = useFollowed(lab)
  const [capture, setCapture] = useState<CaptureFlows | undefined>(undefined)
  const [story, setStory] = useState<PlayedStory | undefined>(undefined)
  const [flow, setFlow] = useState(0)
  const file = useRef<HTMLInputElement>(null)

  const show = (flow: Exchange | undefined): void => {
    exchange.value = flow
    player.toStart()
  }
  const read = async (chosen: File | undefined): Promise<void> => {
    if (chosen === undefined) return
    if (chosen.size > FILE_BYTES_MAX) {
      setCapture({
        flows: [],
        moreFlows: 0,
        skipped: 0,
        problem: { reason: `${chosen.size} > ${FILE_BYTES_MAX}`, offset: 0 },
      })
      return
    }
    setStory(undefined)
    const flows = readFlows(new Uint8Array(await chosen.arrayBuffer()))
    setCapture(flows)
    if (flows.flows.length > 0) {
      await lab.source.controls.follow(undefined).catch(() => undefined)
      show(flows.flows[0])
    }
  }
  const follow = (request: TapRequest | undefined): void => {
    setCapture(undefined)
    setStory(undefined)
    exchange.value = undefined
    player.toEnd()
    void lab.asks.ask('tap', '', () => lab.source.controls.follow(request))
  }
  const playStory = async (played: PlayedStory): Promise<void> => {
    await lab.source.controls.follow(undefined).catch(() => undefined)
    setCapture(undefined)
    setStory(played)
    setFlow(0)
    show(played.flows[0])
    player.togglePlay()
  }
  const language = lab.ui.language.value
  // The same seed tells the same story in another language: where it stands stays.
  useEffect(() => {
    if (story === undefined || story.language === language) return
    lab.stories?.play(story.name, SEED, language).then(
      (told) => {
        setStory(told)
        exchange.value = told.flows[flow]
      },
      () => undefined,
    )
  }, [lab, story, language, flow, exchange])
  const isLive = capture === undefined && story === undefined
  const current = exchange.value
  const step = current?.steps[player.shown.value - 1]
  const now = player.playhead.value ?? (isLive ? (lab.clock.now.value ?? 0) : (current?.steps.at(-1)?.at ?? 0))
  return (
    <section
      class={story === undefined ? 'handshake' : 'handshake telling'}
      aria-label={text.title}
      onDragOver={(event) => event.preventDefault()}
      onDrop={(event) => {
        event.preventDefault()
        void read(event.dataTransfer?.files[0])
      }}
    >
      <div class="view-head">
        <h1>
          {text.title} <QuestionsHere place="handshake" />
        </h1>
        <p class="quiet">{text.drop}</p>
        <div class="choice-bar">
          <button type="button" class="button helpful" onClick={() => follow({ follow: 'honest' })}>
            {text.followHonest}
          </button>
          <button type="button" class="button" onClick={() => follow({ follow: 'hostile' })}>
            {text.followHostile}
          </button>
          <PeerForm onFollow={(peer) => follow({ follow: { peer } })} />
          <button type="button" class="button" onClick={() => file.current?.click()}>
            {text.openFile}
          </button>
          {lab.stories !== undefined && <StoryMenu stories={lab.stories} onPlay={(played) => void playStory(played)} />}
          <input
            ref={file}
            type="file"
            class="unseen"
            aria-label={text.openFile}
            tabIndex={-1}
            accept=".pcap,.pcapng,.cap"
            onChange={(event) => void read(event.currentTarget.files?.[0])}
          />
        </div>
        <Asked name="tap" />
        {capture !== undefined && <CaptureNotes capture={capture} onChoose={show} />}
      </div>
      {story !== undefined && (
        <StoryHead
          story={story}
          flow={flow}
          onFlow={(chosen) => {
            setFlow(chosen)
            show(story.flows[chosen])
          }}
        />
      )}
      {current === undefined ? (
        <p class="quiet waiting" role="status">
          {isLive ? text.waiting : ''}
        </p>
      ) : (
        <div class="exchange">
          <PlayerBar player={player} isLive={isLive} />
          <p class="explanation">{step === undefined ? '' : text.explain[explanationOf(step)]}</p>
          <div class="panel diagram-host">
            <Diagram exchange={current} shown={player.shown.value} now={now} />
            <p class="quiet">
              {current.isHonest === undefined ? '' : `${current.isHonest ? text.honest : text.hostile} `}
              {step?.concluded !== undefined && text.concluded}{' '}
              {current.ended !== undefined &&
                player.playhead.value === undefined &&
                (text.ended[current.ended] ?? current.ended)}{' '}
              {current.dropped > 0 && text.more(format.count(current.dropped))}
            </p>
          </div>
          {step !== undefined && <SpokenTwin text={text.explain[explanationOf(step)]} />}
        </div>
      )}
      {story !== undefined && <StoryText story={story} />}
    </section>
  )
}

/** The exchange that the tap tells of, as long as the view is open, and its player, which moves by itself when it plays. */
function useFollowed(lab: Lab) {
  const exchange = useMemo(() => signal<Exchange | undefined>(undefined), [])
  const told = useComputed(() => exchange.value)
  const player = useMemo(() => new Player(told), [told])
  useEffect(() => {
    const stopListening = lab.store.onTap((event) => {
      exchange.value = withTapEvent(exchange.value, event)
    })
    void lab.asks.ask('tap', '', () => lab.source.controls.follow({ follow: 'honest' }))
    let last = performance.now()
    let frame = requestAnimationFrame(function turn(now) {
      player.advance(now - last)
      last = now
      frame = requestAnimationFrame(turn)
    })
    return () => {
      stopListening()
      cancelAnimationFrame(frame)
      // Nobody looks any more; whether the lab heard it does not matter.
      lab.source.controls.follow(undefined).catch(() => undefined)
    }
  }, [lab, exchange, player])
  return { exchange, player }
}

function PeerForm({ onFollow }: { onFollow: (peer: string) => void }) {
  const text = useText(HANDSHAKE)
  const [peer, setPeer] = useState('')
  return (
    <form
      class="peer-form"
      onSubmit={(event) => {
        event.preventDefault()
        if (peer.trim() !== '') onFollow(peer.trim())
      }}
    >
      <input
        type="text"
        aria-label={text.followPeer}
        placeholder={text.peerExample}
        value={peer}
        onInput={(event) => setPeer(event.currentTarget.value)}
      />
      <button type="submit" class="button">
        {text.followPeer}
      </button>
    </form>
  )
}

function CaptureNotes({
  capture,
  onChoose,
}: {
  capture: CaptureFlows
  onChoose: (flow: Exchange | undefined) => void
}) {
  const text = useText(HANDSHAKE)
  const format = useFormat()
  const { flows, problem, skipped, moreFlows } = capture
  return (
    <div class="capture-notes">
      {flows.length > 0 && (
        <select aria-label={text.flow} onChange={(event) => onChoose(flows[Number(event.currentTarget.value)])}>
          {flows.map(({ client, server, steps }, i) => (
            <option key={`${client} ${server}`} value={i}>
              {client} → {server} ({steps.length})
            </option>
          ))}
        </select>
      )}
      {flows.length === 0 && problem === undefined && <p role="alert">{text.noFlows}</p>}
      {problem !== undefined && <p role="alert">{text.noCapture(problem.reason, format.count(problem.offset))}</p>}
      {moreFlows > 0 && <p class="quiet">{text.flows(format.count(flows.length), format.count(moreFlows))}</p>}
      {skipped > 0 && <p class="quiet">{text.skipped(format.count(skipped))}</p>}
    </div>
  )
}
