/** The handshake view in English. */
export interface HandshakeText {
  readonly title: string
  readonly about: string
  readonly followHonest: string
  readonly followHostile: string
  readonly followPeer: string
  readonly peerExample: string
  readonly stop: string
  readonly waiting: string
  readonly openFile: string
  readonly drop: string
  readonly story: string
  storyFailed(why: string): string
  readonly scene: string
  readonly counted: string
  readonly claim: string
  readonly expected: string
  readonly measured: string
  readonly client: string
  readonly server: string
  readonly honest: string
  readonly concluded: string
  readonly hostile: string
  readonly time: string
  readonly start: string
  readonly back: string
  readonly play: string
  readonly pause: string
  readonly step: string
  readonly end: string
  readonly live: string
  readonly speed: string
  readonly flow: string
  readonly repeat: string
  readonly cookie: string
  readonly bytes: string
  dropped(reason: string): string
  /** `retries` is empty before the first. */
  timer(kind: string, left: string, retries: string): string
  readonly ended: Readonly<Record<string, string>>
  noCapture(reason: string, offset: string): string
  readonly noFlows: string
  flows(shown: string, more: string): string
  skipped(count: string): string
  more(count: string): string
  segmentTwin(from: string, flags: string, numbers: string): string
  readonly explain: Readonly<
    Record<
      | 'syn'
      | 'synAck'
      | 'cookie'
      | 'repeat'
      | 'established'
      | 'fin'
      | 'rst'
      | 'timeWait'
      | 'closeWait'
      | 'data'
      | 'ack',
      string
    >
  >
}

export const HANDSHAKE_EN: HandshakeText = {
  title: 'One connection, segment by segment',
  about: 'as both ends see it',
  followHonest: 'Follow the next honest client',
  followHostile: 'Follow the next attack packet',
  followPeer: 'Follow this address and port',
  peerExample: '10.9.16.1:40000',
  stop: 'Stop following',
  waiting: 'Waiting for the next connection …',
  openFile: 'Open a capture (pcap, pcapng)',
  drop: 'Or drop a capture anywhere here. It is read in this browser and goes nowhere.',
  client: 'Client',
  server: 'Server',
  honest: 'Honest.',
  concluded: 'Dashed states were not told: they follow from the segments (RFC 9293).',
  hostile: 'Hostile: nobody is there.',
  time: 'ms',
  start: 'To the start',
  back: 'Back',
  play: 'Play',
  pause: 'Pause',
  step: 'Step',
  end: 'To the end',
  live: 'Live',
  speed: 'Speed',
  flow: 'Connection',
  repeat: 'sent again',
  cookie: 'SYN cookie',
  bytes: 'bytes',
  dropped: (reason) => `dropped: ${reason}`,
  timer: (kind, left, retries) => `${kind} in ${left}${retries === '' ? '' : `, ${retries} so far`}`,
  story: 'Play a story',
  storyFailed: (why) => `The story could not be played: ${why}.`,
  scene: 'Scene',
  counted: 'Counted in this run',
  claim: 'Claim',
  expected: 'Expected',
  measured: 'Measured',
  ended: {
    story: 'The story ends here.',
    closed: 'The connection is closed.',
    idle: 'Nothing more came; no longer followed.',
    replaced: 'Another connection is being followed.',
    stopped: 'No longer followed.',
    limit: 'Too many segments; no longer followed.',
    capture: 'The capture ends here.',
  },
  noCapture: (reason, offset) => `This is no capture that can be read: ${reason} (at byte ${offset}).`,
  noFlows: 'There is no TCP over IPv4 in this capture.',
  flows: (shown, more) => `${shown} connections shown, ${more} packets of others left out`,
  skipped: (count) => `${count} packets are not TCP over IPv4`,
  more: (count) => `${count} further segments are not kept`,
  segmentTwin: (from, flags, numbers) => `${from}: ${flags}, ${numbers}`,
  explain: {
    syn: 'The client asks for a connection and names its first sequence number. Until the SYN is answered, it repeats it after 1, 2, 3 … s.',
    synAck:
      'The server keeps the half-open entry in its SYN queue and answers. Nobody has proven yet to be where it says.',
    cookie:
      'The queue is full: the server keeps nothing. Its sequence number is a cookie from which it can remake the request.',
    repeat: 'No answer came within the timeout, so the same segment is sent again and the timeout doubles.',
    established:
      'The number came back plus one: whoever sent this has received the SYN-ACK. The connection is established.',
    fin: 'This side has nothing more to send. The other may still send, and closes when it has finished.',
    rst: 'The connection, or the request for one, is ended at once.',
    timeWait: 'Who closes first waits 60 s, so that nothing late of this connection reaches the next one.',
    closeWait: 'The other side has closed. Now the program must: as long as it forgets to, the socket stays.',
    data: 'Bytes of the request or the answer. Each is counted by the sequence number and acknowledged.',
    ack: 'An acknowledgment: everything before this number has arrived.',
  },
}
