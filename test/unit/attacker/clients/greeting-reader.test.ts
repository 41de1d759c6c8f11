import { expect, test } from 'vitest'
import { GreetingReader } from '../../../../attacker/clients/greeting-reader.ts'
import { RESPONSE_MALFORMED, RESPONSE_PENDING, RESPONSE_WHOLE } from '../../../../attacker/clients/response-reader.ts'

function bytes(text: string): Uint8Array {
  return Uint8Array.from(text, (character) => character.charCodeAt(0))
}

function feed(reader: GreetingReader, text: string): number {
  return reader.feed(bytes(text), text.length)
}

test('a greeting is whole at its LF, however it is cut', () => {
  const reader = new GreetingReader()
  for (const part of ['2', '20 ', '', 'ready\r']) expect(feed(reader, part)).toBe(RESPONSE_PENDING)
  expect(feed(reader, '\nand more')).toBe(RESPONSE_WHOLE)
})

test('a line of 512 bytes is one, a longer one is not (RFC 5321 4.5.3.1.5)', () => {
  expect(feed(new GreetingReader(), `${'x'.repeat(511)}\n`)).toBe(RESPONSE_WHOLE)
  expect(feed(new GreetingReader(), 'x'.repeat(511))).toBe(RESPONSE_PENDING)
  expect(feed(new GreetingReader(), 'x'.repeat(512))).toBe(RESPONSE_MALFORMED)
})

test('a reader that is reset reads another greeting', () => {
  const reader = new GreetingReader()
  feed(reader, 'x'.repeat(500))
  reader.reset()
  expect(feed(reader, 'x'.repeat(500))).toBe(RESPONSE_PENDING)
})
