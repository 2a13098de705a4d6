-- Changes subscribers, channels, subscriptions and how channels stand, all or nothing, and raises the revision.
-- KEYS  1 subscribers  2 channels  3 subscriptions  4 standings (hashes: id -> document)  5 revision
-- ARGV  1 revision that must still hold, empty for any
--       then steps, as many as there are:
--         need   key's number  id                there must be such a document
--         owned  key's number  id  subscriber    … and it must be this subscriber's
--         free   key's number  id  subscriber    if there is one, it must be this subscriber's, or nobody
--                                                can tell whose
--         set    key's number  id  document
--         del    key's number  id
--         touch                              raise the revision in any case; the last
-- Returns the revision where something changed, 0 where nothing did, -1 where the
-- revision is another by now, and otherwise the step that was not met: its name, number, id.
local revision = redis.call('GET', KEYS[5]) or '0'
if ARGV[1] ~= '' and ARGV[1] ~= revision then
  return -1
end

local function owner(document)
  local readable, found = pcall(cjson.decode, document)
  local said = readable and type(found) == 'table' and found.subscriber
  return type(said) == 'string' and said or nil
end

local writes, touched = {}, false
local at = 2
while ARGV[at] do
  if ARGV[at] == 'touch' then
    touched, at = true, at + 1
    break
  end
  local step, number, id = ARGV[at], tonumber(ARGV[at + 1]), ARGV[at + 2]
  local document = redis.call('HGET', KEYS[number], id)
  at = at + 3
  local unmet = step .. ' ' .. number .. ' ' .. id
  if step == 'need' then
    if not document then return unmet end
  elseif step == 'owned' then
    if not document or owner(document) ~= ARGV[at] then return unmet end
    at = at + 1
  elseif step == 'free' then
    if document and (owner(document) or ARGV[at]) ~= ARGV[at] then return unmet end
    at = at + 1
  elseif step == 'set' then
    if document ~= ARGV[at] then writes[#writes + 1] = {'HSET', KEYS[number], id, ARGV[at]} end
    at = at + 1
  elseif document then
    writes[#writes + 1] = {'HDEL', KEYS[number], id}
  end
end

if #writes == 0 and not touched then
  return 0
end
for _, write in ipairs(writes) do
  redis.call(unpack(write))
end
return redis.call('INCR', KEYS[5])
