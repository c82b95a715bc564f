/**
 * The store's calls as Lua scripts: each is atomic, and all time is the server's (`TIME`), in whole milliseconds.
 *
 * Values are strings of JSON text under `<prefix>value:<key>`; a value that may vanish has Redis's own expiry. The
 * names of all values stand in one sorted set, which gives a prefix in the order of bytes without a walk over the
 * database (`SCAN` visits every key of every tenant, and deliveries that are parked are listed every second). Redis
 * removes an expired value without a word to that set, so `expiring` remembers when to look. Leases are hashes under
 * `<prefix>lease:<key>`.
 *
 * In arguments and answers the empty string stands for "absent": no JSON text is empty.
 */
const CLOCK = `
local time = redis.call('TIME')
local function whole(number) return string.format('%.0f', number) end
local nowMs = tonumber(time[1]) * 1000 + math.floor(tonumber(time[2]) / 1000)
`;

/** KEYS[1] = index of names, KEYS[2] = expiring names. */
const VALUES = `
local function read(key) return redis.call('GET', key) or '' end
local function write(key, name, value)
  if value == '' then
    redis.call('DEL', key)
    redis.call('ZREM', KEYS[1], name)
  else
    redis.call('SET', key, value)
    redis.call('ZADD', KEYS[1], 0, name)
  end
  redis.call('ZREM', KEYS[2], name)
end
`;

/** KEYS[1] = lease. A finished lease whose time is over is removed by Redis. */
const LEASES = `
local function current(token)
  return redis.call('HGET', KEYS[1], 'state') == 'leased' and redis.call('HGET', KEYS[1], 'token') == token
end
`;

interface Script {
  numberOfKeys?: number;
  lua: string;
}

export const SCRIPTS = {
  /** KEYS index, expiring, value; ARGV name, value or '' to delete. */
  storePut: { numberOfKeys: 3, lua: `${VALUES} write(KEYS[3], ARGV[1], ARGV[2]) return 1` },

  /** KEYS index, expiring, value; ARGV name, value. Answers what was there, or ''. */
  storePutIfAbsent: {
    numberOfKeys: 3,
    lua: `${VALUES}
      local there = read(KEYS[3])
      if there == '' then write(KEYS[3], ARGV[1], ARGV[2]) end
      return there`,
  },

  /** KEYS index, expiring, then a value each; ARGV per value: kind, name, text. */
  storeTransact: {
    lua: `${VALUES}
      for i = 1, #ARGV, 3 do
        if ARGV[i] == 'check' and read(KEYS[2 + (i + 2) / 3]) ~= ARGV[i + 2] then return 0 end
      end
      for i = 1, #ARGV, 3 do
        if ARGV[i] ~= 'check' then write(KEYS[2 + (i + 2) / 3], ARGV[i + 1], ARGV[i + 2]) end
      end
      return 1`,
  },

  /** KEYS index; ARGV prefix of value keys, prefix of names. Answers names and values in turn. */
  storeList: {
    numberOfKeys: 1,
    lua: `
      local names = redis.call('ZRANGEBYLEX', KEYS[1], '[' .. ARGV[2], '(' .. ARGV[2] .. '\\255')
      local found = {}
      for _, name in ipairs(names) do
        local value = redis.call('GET', ARGV[1] .. name)
        if value then
          found[#found + 1] = name
          found[#found + 1] = value
        end
      end
      return found`,
  },

  /** KEYS index, expiring, value, lease; ARGV name, milliseconds, prefix of value keys. Tidies up a few others. */
  storeExpire: {
    numberOfKeys: 4,
    lua: `${CLOCK}
      local due = redis.call('ZRANGEBYSCORE', KEYS[2], '-inf', whole(nowMs), 'LIMIT', 0, 100)
      for _, name in ipairs(due) do
        if redis.call('EXISTS', ARGV[3] .. name) == 0 then
          redis.call('ZREM', KEYS[1], name)
          redis.call('ZREM', KEYS[2], name)
        end
      end
      local found = redis.call('PEXPIRE', KEYS[3], ARGV[2])
      if found == 1 then redis.call('ZADD', KEYS[2], whole(nowMs + tonumber(ARGV[2]) + 1), ARGV[1]) end
      if redis.call('HGET', KEYS[4], 'state') == 'finished' then
        found = found + redis.call('PEXPIRE', KEYS[4], ARGV[2])
      end
      return found`,
  },

  /**
   * KEYS lease; ARGV owner, milliseconds, call. The token is the server's time in microseconds, or one more than the
   * last: it grows also when Redis has forgotten the lease. A call whose answer was lost gets its grant again.
   */
  storeAcquire: {
    numberOfKeys: 1,
    lua: `${CLOCK}
      local lease = redis.call('HMGET', KEYS[1], 'state', 'owner', 'token', 'until', 'data', 'call')
      local state, owner, last, due, data = lease[1], lease[2], lease[3] or '0', tonumber(lease[4] or '0'), lease[5] or ''
      if state == 'finished' then return {'finished', data} end
      local mine = state == 'leased' and lease[6] == ARGV[3]
      if due > nowMs and not mine then
        if state ~= 'leased' then owner = '' end
        return {'busy', owner, whole(due - nowMs)}
      end
      local token = last
      if not mine then
        token = whole(math.max(tonumber(time[1]) * 1000000 + tonumber(time[2]), tonumber(last) + 1))
      end
      redis.call('HSET', KEYS[1], 'state', 'leased', 'owner', ARGV[1], 'token', token, 'until',
        whole(nowMs + tonumber(ARGV[2])), 'data', data, 'call', ARGV[3])
      return {'granted', token, data, whole(nowMs)}`,
  },

  /** KEYS lease; ARGV token, milliseconds. */
  storeRenew: {
    numberOfKeys: 1,
    lua: `${CLOCK} ${LEASES}
      if not current(ARGV[1]) or tonumber(redis.call('HGET', KEYS[1], 'until')) <= nowMs then return 0 end
      redis.call('HSET', KEYS[1], 'until', whole(nowMs + tonumber(ARGV[2])))
      return 1`,
  },

  /** KEYS lease; ARGV token, result, milliseconds to keep it or '' for ever. */
  storeFinish: {
    numberOfKeys: 1,
    lua: `${LEASES}
      if not current(ARGV[1]) then return 0 end
      redis.call('HSET', KEYS[1], 'state', 'finished', 'owner', '', 'until', '0', 'data', ARGV[2], 'call', '')
      if ARGV[3] ~= '' then redis.call('PEXPIRE', KEYS[1], ARGV[3]) end
      return 1`,
  },

  /** KEYS lease; ARGV token, milliseconds until it is due, memo. */
  storeRelease: {
    numberOfKeys: 1,
    lua: `${CLOCK} ${LEASES}
      if not current(ARGV[1]) then return 0 end
      local due = tonumber(ARGV[2])
      if due > 0 then due = nowMs + due end
      redis.call('HSET', KEYS[1], 'state', 'free', 'owner', '', 'until', whole(due), 'data', ARGV[3], 'call', '')
      return 1`,
  },

  /** KEYS lease. */
  storeReopen: {
    numberOfKeys: 1,
    lua: `
      if redis.call('HGET', KEYS[1], 'state') ~= 'finished' then return 0 end
      redis.call('HSET', KEYS[1], 'state', 'free', 'until', '0', 'data', '')
      redis.call('PERSIST', KEYS[1])
      return 1`,
  },
} satisfies Record<string, Script>;

type Words = (string | number)[];

/** What the client offers once {@link SCRIPTS} are defined on it. */
export interface ScriptCommands {
  storePut(...words: Words): Promise<number>;
  storePutIfAbsent(...words: Words): Promise<string>;
  /** The first word is the number of keys. */
  storeTransact(...words: Words): Promise<number>;
  storeList(...words: Words): Promise<string[]>;
  storeExpire(...words: Words): Promise<number>;
  storeAcquire(...words: Words): Promise<string[]>;
  storeRenew(...words: Words): Promise<number>;
  storeFinish(...words: Words): Promise<number>;
  storeRelease(...words: Words): Promise<number>;
  storeReopen(...words: Words): Promise<number>;
}
