-- Every change of the ledger of deliveries; one file, since all keep the same queues.
--
-- A channel's deliveries wait in a queue of their own, ordered by when they are due. A lane
-- orders its channels by when their next delivery is due; KEYS[1] orders the lanes. What is under
-- a lease stays in its queue, due when the lease ends, and is noted as the channel's holder and
-- among its lane's busy ones. So an owner that is lost needs nobody to notice it.
--
-- KEYS  1 lanes by when they are due
-- ARGV  1 prefix of every key  2 days that what is finished is remembered, in ms  3 operation, …
local LANES, PREFIX, RETENTION, OPERATION = KEYS[1], ARGV[1], tonumber(ARGV[2]), ARGV[3]
local DAY = 86400000
local RECENT = PREFIX .. ':deliveries:recent'

local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)

local function delivery(id) return PREFIX .. ':delivery:' .. id end
local function state_index(state) return PREFIX .. ':deliveries:state:' .. state end
local function article_index(article) return PREFIX .. ':deliveries:article:' .. article end
local function channels(lane) return LANES .. ':lane:' .. lane end
local function busy(lane) return LANES .. ':busy:' .. lane end
local function queue(lane, channel) return LANES .. ':queue:' .. lane .. ':' .. channel end
local function holder(lane, channel) return LANES .. ':holder:' .. lane .. ':' .. channel end

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

-- Puts the channel and its lane where they belong after their queue or holder changed.
local function reorder(lane, channel)
  local due = held_until(lane, channel) or first(queue(lane, channel))[2]
  place(channels(lane), channel, due)
  place(LANES, lane, first(channels(lane))[2])
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

local function index(id, article)
  redis.call('ZADD', RECENT, now, id)
  redis.call('ZADD', article_index(article), now, id)
  redis.call('PEXPIRE', article_index(article), RETENTION + DAY)
end

local function forget_old()
  local horizon = now - RETENTION - DAY
  for _, set in ipairs({RECENT, state_index('delivered'), state_index('dead')}) do
    redis.call('ZREMRANGEBYSCORE', set, '-inf', horizon)
  end
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
  if not state or state == 'delivered' or state == 'dead' then
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
  enter(id, 'leased')
  hold(id, lane, channel, ends)
  local fields = redis.call('HMGET', key, 'fence', 'attempts', 'created', 'queued', 'suspects',
    'article', 'rule', 'subscription', 'channel', 'lane', 'payload')
  table.insert(fields, 1, id)
  return fields
end

local operations = {}

-- … then id, article, rule, subscription, channel, lane, payload of each. Returns how many are new.
function operations.enqueue()
  local new = 0
  for at = 4, #ARGV, 7 do
    local id, article, rule, subscription, channel, lane, payload = unpack(ARGV, at, at + 6)
    if redis.call('EXISTS', delivery(id)) == 0 then
      redis.call('HSET', delivery(id), 'fence', 0, 'attempts', 0, 'suspects', 0, 'reason', '',
        'created', now, 'queued', now, 'article', article, 'rule', rule,
        'subscription', subscription, 'channel', channel, 'lane', lane, 'payload', payload)
      enter(id, 'pending')
      index(id, article)
      wait(id, lane, channel, now)
      new = new + 1
    end
  end
  forget_old()
  return new
end

-- … 4 owner  5 limit  6 lease in ms  7 how many of a lane. Returns the fields of each claim.
function operations.claim()
  local owner, limit, ends, per_lane = ARGV[4], tonumber(ARGV[5]), now + ARGV[6], tonumber(ARGV[7])
  local claims = {}
  for _, lane in ipairs(redis.call('ZRANGEBYSCORE', LANES, '-inf', now)) do
    redis.call('ZREMRANGEBYSCORE', busy(lane), '-inf', now)
    local room = math.min(per_lane - redis.call('ZCARD', busy(lane)), limit - #claims)
    if room > 0 then
      local due = redis.call('ZRANGEBYSCORE', channels(lane), '-inf', now, 'LIMIT', 0, room)
      for _, channel in ipairs(due) do
        claims[#claims + 1] = take(lane, channel, owner, ends)
      end
    end
  end
  return claims
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

-- … 4 id  5 fence  6 reason. The fence is not asked: the receiver has it.
function operations.delivered()
  local id = ARGV[4]
  local state, lane, channel = unpack(redis.call('HMGET', delivery(id), 'state', 'lane', 'channel'))
  if state and state ~= 'delivered' then
    finish(id, lane, channel, 'delivered', ARGV[6])
  end
end

-- … 4 id  5 fence  6 reason
function operations.dead()
  local id, state, lane, channel = claimed()
  if state then
    finish(id, lane, channel, 'dead', ARGV[6])
  end
end

-- … 4 id  5 fence  6 reason  7 after how many ms  8 unsure: 1 or empty
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
  wait(id, lane, channel, now + ARGV[7])
end

-- … 4 id  5 fence
function operations.release()
  local id, state, lane, channel = claimed()
  if state == 'leased' then
    enter(id, 'pending')
    wait(id, lane, channel, now)
  end
end

-- … 4 id. Returns 1, or 0 where there is no such dead delivery.
function operations.revive()
  local id = ARGV[4]
  local state, lane, channel, article =
    unpack(redis.call('HMGET', delivery(id), 'state', 'lane', 'channel', 'article'))
  if state ~= 'dead' then
    return 0
  end
  redis.call('PERSIST', delivery(id))
  redis.call('HSET', delivery(id), 'attempts', 0, 'queued', now)
  enter(id, 'pending')
  note(id, 'revived', '')
  index(id, article)
  wait(id, lane, channel, now)
  return 1
end

return operations[OPERATION]()
