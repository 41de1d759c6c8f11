/**
 * How a page speaks to its page server. Types and names only.
 *
 * GET    /api/session              Session
 * GET    /api/stream               an event stream of `message` events, each a StreamMessage; ids go up by one
 * GET    /api/knobs                as the server answers: { knobs: Knobs }
 * GET    /api/attack-kinds         as an attacker answers: { kinds: AttackKinds }
 * GET    /api/sockets?state&limit  SocketList
 * PATCH  /api/config               Partial<ServerConfig> to ServerConfig
 * POST   /api/attacks?attacker     AttackRequest to AttackView, 201
 * DELETE /api/attacks/:attacker/:id  AttackView
 * DELETE /api/attacks              { stopped: number } of all attackers together
 * PUT    /api/clients?attacker     ClientsRequest to AttackerState['clients']
 * POST   /api/cookie              CookieRequest to CookieAnatomy
 * POST   /api/tap                 TapRequest to { tap: number }; what happens then comes as TapMessages
 * DELETE /api/tap                 { tap: null }
 * POST   /api/reset                ServerState
 *
 * Whatever is refused has the body { code, message, path? } (LabRefusal). `attacker` is an AttackerId; default the first.
 */

/** Answer of GET /api/session, which only pages of the same origin can read. */
export interface Session {
  /** To be sent with every call that changes something. */
  readonly token: string
}

/** The header that carries the token. */
export const TOKEN_HEADER = 'x-synlab-token'
