-- Every change of the ledger of deliveries; one file, since all keep the same queues.
--
-- A channel's deliveries wait in a queue of their own, ordered by when they are due. A lane
-- orders its channels by when their next delivery is due; KEYS[1] orders the lanes. What is under
-- a lease stays in its queue, due when the lease ends, and is noted as the channel's holder and
-- among its lane's busy ones. So an owner that is lost needs nobody to notice it.
--
-- A digest is a delivery like another, named by its channel and time. It is made by the first that
-- waits for it, open until somebody who claimed it closes it, and takes no more from then on.
--
-- Several steps are taken by one run, each as if it were alone: what one of them is told or how it
-- fails is nothing to the others.
--
-- KEYS  1 lanes by when they are due
-- ARGV  1 prefix of every key  2 days that what is finished is remembered, in ms
-- 3 of each step: how many follow that are its own, operation, …
-- Returns what each step returns, or its error.
local LANES, PREFIX, RETENTION, ALL = KEYS[1], ARGV[1], tonumber(ARGV[2]), ARGV
local ARGV = {}  -- those of the step that is being taken, with the operation as the third
local DAY = 86400000
local RECENT = PREFIX .. ':deliveries:recent'
local FINAL = {delivered = 1, bounced = 1, gathered = 1, folded = 1, suppressed = 1, expired = 1, dead = 1}

local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)

local function delivery(id) return PREFIX .. ':delivery:' .. id end
local function state_index(state) return PREFIX .. ':deliveries:state:' .. state end
local function story(thread) return PREFIX .. ':story:' .. thread end
local function items(digest) return PREFIX .. ':deliveries:items:' .. digest end
local function missed(owner) return PREFIX .. ':deliveries:missed:' .. owner end
local function channels(lane) return LANES .. ':lane:' .. lane end
local function busy(lane) return LANES .. ':busy:' .. lane end
local function queue(lane, channel) return LANES .. ':queue:' .. lane .. ':' .. channel end
local function holder(lane, channel) return LANES .. ':holder:' .. lane .. ':' .. channel end
local function lane_gate(lane) return LANES .. ':gate:' .. lane end
local function channel_gate(lane, channel) return LANES .. ':gate:' .. lane .. ':' .. channel end

local function place(set, member, score)
  if score then
    redis.call('ZADD', set, score, member)
  else
    redis.call('ZREM', set, member)
  end
end

local function first(set)
  return redis.call('ZRANGE', set, 0, 0, 'WITHSCORES')
end

-- When the lease under which the channel is held ends; nothing where it is free.
local function held_until(lane, channel)
  local id = redis.call('GET', holder(lane, channel))
  local ends = id and redis.call('ZSCORE', busy(lane), id)
  if ends and tonumber(ends) > now then
    return ends
  end
  redis.call('DEL', holder(lane, channel))
  if id then
    redis.call('ZREM', busy(lane), id)
  end
end

local function holds(id, lane, channel)
  return held_until(lane, channel) and redis.call('GET', holder(lane, channel)) == id
end

-- A gate is a hash: rest (ms, until when nothing may pass after failures), fails (how many there
-- were in a row), next (ms, when its pace lets the next one pass), tat (GCRA's theoretical arrival
-- time). https://en.wikipedia.org/wiki/Generic_cell_rate_algorithm
local function opens(gate)
  local rest, next_one = unpack(redis.call('HMGET', gate, 'rest', 'next'))
  return math.max(tonumber(rest or 0), tonumber(next_one or 0))
end

local function later(due, gate)
  if due then
    return math.max(tonumber(due), opens(gate))
  end
end

-- Puts the channel and its lane where they belong after their queue, holder or gate changed.
local function reorder(lane, channel)
  local due = held_until(lane, channel)
    or later(first(queue(lane, channel))[2], channel_gate(lane, channel))
  place(channels(lane), channel, due)
  place(LANES, lane, later(first(channels(lane))[2], lane_gate(lane)))
end

local function pass(gate, pace)
  if pace then
    local interval, burst = pace[1], pace[2]
    local tat = math.max(now, tonumber(redis.call('HGET', gate, 'tat') or 0)) + interval
    redis.call('HSET', gate, 'tat', tat, 'next', tat - (burst - 1) * interval)
    redis.call('PEXPIRE', gate, DAY)
  end
end

-- Counts one failure for all that were under way together.
local function blame(gate, rest, breaker)
  local resting = tonumber(redis.call('HGET', gate, 'rest') or 0)
  if resting > now then
    return redis.call('HSET', gate, 'rest', math.max(resting, now + rest))
  end
  local fails = redis.call('HINCRBY', gate, 'fails', 1)
  local failures, shortest, longest = unpack(breaker)
  if fails >= failures then
    rest = math.max(rest, math.min(longest, shortest * 2 ^ math.min(fails - failures, 30)))
  end
  redis.call('HSET', gate, 'rest', now + rest)
  redis.call('PEXPIRE', gate, DAY)
end

local function forgive(gate)
  redis.call('HDEL', gate, 'fails', 'rest')
end

local function broken(gate, failures)
  return tonumber(redis.call('HGET', gate, 'fails') or 0) >= failures
end

local function let_go(id, lane, channel)
  redis.call('ZREM', busy(lane), id)
  if redis.call('GET', holder(lane, channel)) == id then
    redis.call('DEL', holder(lane, channel))
  end
end

local function hold(id, lane, channel, ends)
  redis.call('SET', holder(lane, channel), id)
  redis.call('ZADD', busy(lane), ends, id)
  redis.call('ZADD', queue(lane, channel), ends, id)
  redis.call('HSET', delivery(id), 'due', ends)
  reorder(lane, channel)
end

local function enter(id, state)
  local key = delivery(id)
  local was, queued = unpack(redis.call('HMGET', key, 'state', 'queued'))
  if was then
    redis.call('ZREM', state_index(was), id)
  end
  redis.call('ZADD', state_index(state), queued, id)
  redis.call('HSET', key, 'state', state, 'updated', now)
end

local function note(id, outcome, reason)
  local entry = cjson.encode({at = now, outcome = outcome, reason = reason})
  local history = redis.call('HGET', delivery(id), 'history')
  redis.call('HSET', delivery(id), 'history', history and history .. '\n' .. entry or entry)
end

local function wait(id, lane, channel, due)
  let_go(id, lane, channel)
  redis.call('HSET', delivery(id), 'due', due)
  redis.call('ZADD', queue(lane, channel), due, id)
  reorder(lane, channel)
end

local function finish(id, lane, channel, state, reason)
  let_go(id, lane, channel)
  redis.call('ZREM', queue(lane, channel), id)
  reorder(lane, channel)
  enter(id, state)
  note(id, state, reason)
  redis.call('HSET', delivery(id), 'reason', reason)
  redis.call('HDEL', delivery(id), 'due', 'unsure')
  redis.call('PEXPIRE', delivery(id), RETENTION)
end

local function forget_old(set)
  redis.call('ZREMRANGEBYSCORE', set, '-inf', now - RETENTION - DAY)
end

-- The sets in which a delivery is found, by what it is of.
local function index(id)
  local article, rule, channel, subscriber = unpack(
    redis.call('HMGET', delivery(id), 'article', 'rule', 'channel', 'subscriber'))
  redis.call('ZADD', RECENT, now, id)
  for kind, of in pairs({article = article, rule = rule, channel = channel, subscriber = subscriber}) do
    if of and of ~= '' then
      local set = PREFIX .. ':deliveries:' .. kind .. ':' .. of
      redis.call('ZADD', set, now, id)
      redis.call('PEXPIRE', set, RETENTION + DAY)
      forget_old(set)
    end
  end
end

local function forget()
  forget_old(RECENT)
  for state in pairs(FINAL) do
    forget_old(state_index(state))
  end
end

local function create(id, fields)
  redis.call('HSET', delivery(id), 'fence', 0, 'attempts', 0, 'suspects', 0, 'reason', '',
    'created', now, 'queued', now, unpack(fields))
end

-- What was never queued, or is no more, and is to be remembered for a while.
local function settle(id, state, reason)
  enter(id, state)
  if reason ~= '' then
    note(id, state, reason)
    redis.call('HSET', delivery(id), 'reason', reason)
  end
  redis.call('HDEL', delivery(id), 'due', 'unsure')
  redis.call('PEXPIRE', delivery(id), RETENTION)
end

-- The digest of a channel that is due then, made where there is none; nothing where it is closed.
local function open_digest(lane, channel, subscriber, due)
  local id = string.sub(redis.sha1hex(channel .. ':' .. due), 1, 32)
  local state, open = unpack(redis.call('HMGET', delivery(id), 'state', 'open'))
  if state and not open then
    return nil
  end
  if not state then
    create(id, {'article', '', 'rule', '', 'subscription', '', 'subscriber', subscriber,
      'channel', channel, 'lane', lane, 'priority', 'normal', 'thread', '', 'payload', '',
      'digest', 1, 'open', 1})
    enter(id, 'held')
    index(id)
    wait(id, lane, channel, due)
  end
  return id, not state
end

-- Moves what was missed on a channel into a digest of it.
local function take_missed(digest, channel)
  local from, to = missed(channel), missed(digest)
  local ids = redis.call('LRANGE', from, 0, -1)
  for _, id in ipairs(ids) do
    redis.call('RPUSH', to, id)
  end
  redis.call('DEL', from)
  redis.call('PEXPIRE', to, 2 * RETENTION)
end

-- id, and the state, lane and channel that its claim still gives a right to; the state is
-- nothing where the claim is void.
local function claimed()
  local id, fence = ARGV[4], ARGV[5]
  local found = redis.call('HMGET', delivery(id), 'fence', 'state', 'lane', 'channel')
  local state = found[2]
  local live = found[1] == fence and (state == 'leased' or state == 'sending')
  return id, live and state or nil, found[3], found[4]
end

local function take(lane, channel, owner, ends)
  local id = first(queue(lane, channel))[1]
  local key = delivery(id)
  local state, unsure = unpack(redis.call('HMGET', key, 'state', 'unsure'))
  if not state or FINAL[state] then
    -- Somebody changed it by hand; it is not to be sent, and must not stop the others.
    redis.call('ZREM', queue(lane, channel), id)
    return reorder(lane, channel)
  end
  if state == 'sending' then
    note(id, 'lost', 'its sender was lost while sending')
  end
  if state == 'sending' or unsure then
    redis.call('HINCRBY', key, 'suspects', 1)
    redis.call('HDEL', key, 'unsure')
  end
  redis.call('HINCRBY', key, 'fence', 1)
  redis.call('HSET', key, 'owner', owner)
  if redis.call('HEXISTS', key, 'open') == 1 then
    redis.call('HSET', key, 'queued', now)  -- a digest is not old before it is due
  end
  enter(id, 'leased')
  hold(id, lane, channel, ends)
  local fields = redis.call('HMGET', key, 'thread', 'fence', 'attempts', 'created', 'queued',
    'suspects', 'article', 'rule', 'subscription', 'channel', 'lane', 'payload', 'subscriber',
    'priority', 'digest')
  local thread = fields[1]
  fields[16] = thread and thread ~= '' and redis.call('HGET', story(thread), 'posted')
  for at = 1, 16 do
    fields[at] = fields[at] or ''
  end
  table.insert(fields, 1, id)
  return fields
end

local operations = {}

-- … 4 the deliveries' fields, 19 of each: id, article, rule, subscription, subscriber, channel, lane,
-- priority, thread, payload; state to begin in, gate, until (ms); key, messages, per (ms) of a limit;
-- version that the story must have, what is told of it now; 1 where that counts.
-- Returns for each: its state where it is new, known, or throttled <until>, closed, overtaken.
local FIELDS = 19

local function count(limit, most, per)
  local key = PREFIX .. ':limit:' .. limit
  local used = tonumber(redis.call('GET', key) or 0)
  if used >= tonumber(most) then
    return now + math.max(redis.call('PTTL', key), 1)
  end
  if used == 0 then
    redis.call('SET', key, 1, 'PX', per)
  else
    redis.call('INCR', key)
  end
end

local function begin_in(id, lane, channel, state, gate, digest)
  if state == 'pending' then
    enter(id, state)
    wait(id, lane, channel, now)
  elseif state == 'held' then
    redis.call('HSET', delivery(id), 'reason', gate, 'in', digest)
    enter(id, state)
    note(id, state, gate)
    redis.call('RPUSH', items(digest), id)
  else
    settle(id, state, gate)
  end
end

local function put(id, article, rule, subscription, subscriber, channel, lane, priority, thread, payload,
    state, gate, until_ms, limit, most, per, version, told, tells)
  if redis.call('EXISTS', delivery(id)) == 1 then
    return 'known'
  end
  if tells ~= '' and (redis.call('HGET', story(thread), 'version') or '0') ~= version then
    return 'overtaken'
  end
  local digest
  if state == 'held' then
    digest = open_digest(lane, channel, subscriber, until_ms)
    if not digest then
      return 'closed'
    end
  elseif limit ~= '' then
    local full_until = count(limit, most, per)
    if full_until then
      return 'throttled ' .. full_until
    end
  end
  create(id, {'article', article, 'rule', rule, 'subscription', subscription,
    'subscriber', subscriber, 'channel', channel, 'lane', lane, 'priority', priority,
    'thread', thread, 'payload', payload})
  index(id)
  if tells ~= '' then
    redis.call('HSET', story(thread), 'version', version + 1, 'told', told)
    redis.call('PEXPIRE', story(thread), RETENTION)
  end
  begin_in(id, lane, channel, state, gate, digest)
  return state
end

function operations.place()
  local placed = {}
  for at = 4, #ARGV, FIELDS do
    placed[#placed + 1] = put(unpack(ARGV, at, at + FIELDS - 1))
  end
  forget()
  return placed
end

-- … 4 of each channel, lane, subscriber, due (ms). Returns how many digests are new.
function operations.open_digests()
  local new = 0
  for at = 4, #ARGV, 4 do
    local channel, lane, subscriber, due = unpack(ARGV, at, at + 3)
    local _, made = open_digest(lane, channel, subscriber, due)
    new = new + (made and 1 or 0)
  end
  return new
end

-- How many more may be under way on a lane; what is broken gets one to try it.
local function room_of(lane, per_lane, failures)
  redis.call('ZREMRANGEBYSCORE', busy(lane), '-inf', now)
  local most = broken(lane_gate(lane), failures) and 1 or per_lane
  return most - redis.call('ZCARD', busy(lane))
end

-- … 4 owner  5 limit  6 lease in ms  7 how many of a lane  8 JSON of paces by the first word of a
-- lane: {lane = [interval in ms, burst], channel = …}  9 failures that break a lane.
-- Returns the fields of each claim.
function operations.claim()
  local owner, limit, ends, per_lane = ARGV[4], tonumber(ARGV[5]), now + ARGV[6], tonumber(ARGV[7])
  local paces, failures = cjson.decode(ARGV[8]), tonumber(ARGV[9])
  local claims = {}
  for _, lane in ipairs(redis.call('ZRANGEBYSCORE', LANES, '-inf', now)) do
    local pace = paces[string.match(lane, '^%S*')] or {}
    local room = math.min(room_of(lane, per_lane, failures), limit - #claims)
    if room > 0 then
      local due = redis.call('ZRANGEBYSCORE', channels(lane), '-inf', now, 'LIMIT', 0, room)
      for _, channel in ipairs(due) do
        if opens(lane_gate(lane)) > now then
          place(LANES, lane, later(first(channels(lane))[2], lane_gate(lane)))
          break
        end
        pass(lane_gate(lane), pace.lane)
        pass(channel_gate(lane, channel), pace.channel)
        claims[#claims + 1] = take(lane, channel, owner, ends)
      end
    end
  end
  return claims
end

-- … 4 id  5 fence. Returns 1, or 0 where the claim is void.
function operations.close()
  local id, state, _, channel = claimed()
  if not state then
    return 0
  end
  if redis.call('HDEL', delivery(id), 'open') == 1 then
    for _, item in ipairs(redis.call('LRANGE', items(id), 0, -1)) do
      if redis.call('HGET', delivery(item), 'state') == 'held' then
        settle(item, 'gathered', redis.call('HGET', delivery(item), 'reason'))
      end
    end
    redis.call('PEXPIRE', items(id), 2 * RETENTION)
    take_missed(id, channel)
  end
  return 1
end

-- … 4 id  5 fence  6 payload. Returns 1, or 0 where the claim is void.
function operations.seal()
  local id, state = claimed()
  if not state then
    return 0
  end
  redis.call('HSET', delivery(id), 'payload', ARGV[6])
  return 1
end

-- … 4 id  5 gate
function operations.drop()
  if redis.call('HGET', delivery(ARGV[4]), 'state') == 'gathered' then
    settle(ARGV[4], 'suppressed', ARGV[5])
  end
end

-- … 4 id  5 fence  6 lease in ms. Returns 1, or 0 where the claim is void.
function operations.begin()
  local id, state, lane, channel = claimed()
  if state ~= 'leased' or not holds(id, lane, channel) then
    return 0
  end
  redis.call('HINCRBY', delivery(id), 'attempts', 1)
  enter(id, 'sending')
  hold(id, lane, channel, now + ARGV[6])
  return 1
end

-- … as begin
function operations.renew()
  local id, state, lane, channel = claimed()
  if not state or not holds(id, lane, channel) then
    return 0
  end
  hold(id, lane, channel, now + ARGV[6])
  return 1
end

-- … 4 id  5 reason  6 what the channel calls it. No fence: the receiver has it, whoever sent it.
function operations.delivered()
  local id, posted = ARGV[4], ARGV[6]
  local state, lane, channel, thread =
    unpack(redis.call('HMGET', delivery(id), 'state', 'lane', 'channel', 'thread'))
  if state and state ~= 'delivered' and state ~= 'bounced' then
    forgive(lane_gate(lane))
    forgive(channel_gate(lane, channel))
    finish(id, lane, channel, 'delivered', ARGV[5])
    if posted ~= '' and thread and thread ~= '' then
      redis.call('HSETNX', story(thread), 'posted', posted)
      redis.call('PEXPIRE', story(thread), RETENTION)
    end
  end
end

-- … 4 id  5 fence  6 reason  7 the state: dead, suppressed
function operations.finish()
  local id, state, lane, channel = claimed()
  if state then
    finish(id, lane, channel, ARGV[7], ARGV[6])
  end
end

-- … 4 id  5 fence  6 reason  7 when there is to be a digest that tells it, ms
function operations.expired()
  local id, state, lane, channel = claimed()
  if not state then
    return
  end
  finish(id, lane, channel, 'expired', ARGV[6])
  redis.call('RPUSH', missed(channel), id)
  redis.call('PEXPIRE', missed(channel), 2 * RETENTION)
  local subscriber = redis.call('HGET', delivery(id), 'subscriber') or ''
  open_digest(lane, channel, subscriber, ARGV[7])
end

-- … 4 id  5 fence  6 reason  7 after how many ms  8 unsure: 1 or empty
-- 9 whom to blame: lane, channel or empty  10 ms to leave it alone  11-13 the breaker
function operations.retry()
  local id, state, lane, channel = claimed()
  if not state then
    return
  end
  enter(id, 'retry')
  note(id, 'retry', ARGV[6])
  redis.call('HSET', delivery(id), 'reason', ARGV[6])
  if ARGV[8] ~= '' then
    redis.call('HSET', delivery(id), 'unsure', 1)
  end
  local breaker = {tonumber(ARGV[11]), tonumber(ARGV[12]), tonumber(ARGV[13])}
  if ARGV[9] == 'lane' then
    blame(lane_gate(lane), tonumber(ARGV[10]), breaker)
  elseif ARGV[9] == 'channel' then
    blame(channel_gate(lane, channel), tonumber(ARGV[10]), breaker)
  end
  wait(id, lane, channel, now + ARGV[7])
end

-- … 4 id  5 fence  6 gate  7 until, ms
function operations.postpone()
  local id, state, lane, channel = claimed()
  if state == 'leased' then
    local queued, reason = unpack(redis.call('HMGET', delivery(id), 'queued', 'reason'))
    redis.call('HSET', delivery(id), 'reason', ARGV[6],
      'queued', queued + math.max(0, ARGV[7] - now))
    if reason ~= ARGV[6] then -- what waits for weeks is looked at often, and says so once
      note(id, 'postponed', ARGV[6])
    end
    enter(id, 'held')
    wait(id, lane, channel, ARGV[7])
  end
end

-- … 4 id  5 fence
function operations.release()
  local id, state, lane, channel = claimed()
  if state == 'leased' then
    enter(id, redis.call('HEXISTS', delivery(id), 'open') == 1 and 'held' or 'pending')
    wait(id, lane, channel, now)
  end
end

-- … 4 id  5 reason. Returns 1, or 0 where it was not delivered.
function operations.bounced()
  local id, reason = ARGV[4], ARGV[5]
  if redis.call('HGET', delivery(id), 'state') ~= 'delivered' then
    return 0
  end
  enter(id, 'bounced')
  note(id, 'bounced', reason)
  redis.call('HSET', delivery(id), 'reason', reason)
  return 1
end

-- … 4 id. Returns 1, or 0 where there is no such delivery that is dead or expired.
function operations.revive()
  local id = ARGV[4]
  local state, lane, channel =
    unpack(redis.call('HMGET', delivery(id), 'state', 'lane', 'channel'))
  if state ~= 'dead' and state ~= 'expired' then
    return 0
  end
  redis.call('PERSIST', delivery(id))
  redis.call('HSET', delivery(id), 'attempts', 0, 'queued', now)
  redis.call('LREM', missed(channel), 0, id)
  enter(id, 'pending')
  note(id, 'revived', '')
  index(id)
  wait(id, lane, channel, now)
  return 1
end

local function take_step()
  return operations[ARGV[3]]() or false  -- nothing would end the list of answers
end

local answers, at = {}, 3
while at <= #ALL do
  local own = tonumber(ALL[at])
  ARGV = {ALL[1], ALL[2]}
  for offset = 1, own do
    ARGV[2 + offset] = ALL[at + offset]
  end
  local taken, answer = pcall(take_step)
  if not taken then
    answer = {err = type(answer) == 'table' and answer.err or 'ERR ' .. tostring(answer)}
  end
  answers[#answers + 1] = answer
  at = at + own + 1
end
return answers
