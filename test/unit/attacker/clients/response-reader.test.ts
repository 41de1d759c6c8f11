import { describe, expect, test } from 'vitest'
import {
  RESPONSE_MALFORMED,
  RESPONSE_PENDING,
  RESPONSE_WHOLE,
  ResponseReader,
} from '../../../../attacker/clients/response-reader.ts'

function feed(reader: ResponseReader, text: string): number {
  const bytes = new TextEncoder().encode(text)
  return reader.feed(bytes, bytes.length)
}

const RESPONSE = 'HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Length: 12\r\n\r\nhello, world'

describe('a response', () => {
  test('is whole when as many bytes as Content-Length says have come', () => {
    const reader = new ResponseReader()
    expect(feed(reader, RESPONSE.slice(0, -1))).toBe(RESPONSE_PENDING)
    expect(feed(reader, 'd')).toBe(RESPONSE_WHOLE)
  })

  test('may come in pieces cut anywhere', () => {
    for (let cut = 0; cut < RESPONSE.length; cut++) {
      const reader = new ResponseReader()
      expect(feed(reader, RESPONSE.slice(0, cut))).toBe(RESPONSE_PENDING)
      expect(feed(reader, RESPONSE.slice(cut))).toBe(RESPONSE_WHOLE)
    }
  })

  test('may come byte by byte', () => {
    const reader = new ResponseReader()
    const results = Array.from(RESPONSE, (character) => feed(reader, character))
    expect(results.indexOf(RESPONSE_WHOLE)).toBe(RESPONSE.length - 1)
  })

  test.each([
    ['another case', 'HTTP/1.1 200 OK\r\ncOnTeNt-LENGTH:2\r\n\r\nok'],
    ['white space around the length', 'HTTP/1.1 200 OK\r\nContent-Length:  \t2 \r\n\r\nok'],
    ['bare line feeds', 'HTTP/1.1 200 OK\nContent-Length: 2\n\nok'],
    ['a header whose name begins alike', 'HTTP/1.1 200 OK\r\nContent-Lengths: 9\r\nContent-Length: 2\r\n\r\nok'],
    ['a header that holds the name later', 'HTTP/1.1 200 OK\r\nX-Content-Length: 9\r\nContent-Length: 2\r\n\r\nok'],
    ['an empty body', 'HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n'],
    ['more bytes than the body has', 'HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok and more'],
  ])('with %s is whole', (_, text) => {
    expect(feed(new ResponseReader(), text)).toBe(RESPONSE_WHOLE)
  })

  test.each([
    ['without a length', 'HTTP/1.1 200 OK\r\nDate: today\r\n\r\n'],
    ['whose length is no number', 'HTTP/1.1 200 OK\r\nContent-Length: many\r\n\r\n'],
    ['whose length is negative', 'HTTP/1.1 200 OK\r\nContent-Length: -1\r\n\r\n'],
    ['that is longer than anybody reads', 'HTTP/1.1 200 OK\r\nContent-Length: 99999999999\r\n\r\n'],
    ['with endless headers', `HTTP/1.1 200 OK\r\n${'X: y\r\n'.repeat(2000)}`],
  ])('%s cannot be read', (_, text) => {
    expect(feed(new ResponseReader(), text)).toBe(RESPONSE_MALFORMED)
  })

  test('is followed by another after reset', () => {
    const reader = new ResponseReader()
    feed(reader, RESPONSE)
    reader.reset()
    expect(feed(reader, RESPONSE.slice(0, -1))).toBe(RESPONSE_PENDING)
    expect(feed(reader, 'd')).toBe(RESPONSE_WHOLE)
  })
})
