-- Sends one request over and over with a number of its own in it. `wrk ... -- REQUEST_FILE SECONDS`
-- The file is a whole HTTP request; the run of @ in it is replaced, sign for sign, so that its length stays.
-- After SECONDS no request is begun any more, so that all have their answer when wrk stops: what the server
-- stored and what it acknowledged can then be compared exactly.
local ffi = require("ffi")
ffi.cdef("typedef struct { long seconds, microseconds; } moment; int gettimeofday(moment *, void *);")
local mark = string.rep("@", 12)
local head, tail, deadline
local number = 0

local function now()
  local moment = ffi.new("moment")
  ffi.C.gettimeofday(moment, nil)
  return tonumber(moment.seconds) + tonumber(moment.microseconds) / 1000000
end

function init(arguments)
  local file = assert(io.open(arguments[1], "rb"))
  local text = file:read("*a")
  file:close()
  local at = string.find(text, mark, 1, true)
  if at then
    head, tail = string.sub(text, 1, at - 1), string.sub(text, at + #mark)
  else
    head = text
  end
  deadline = now() + tonumber(arguments[2])
end

function request()
  number = number + 1
  return tail and head .. string.format("%012d", number) .. tail or head
end

function delay()
  return now() < deadline and 0 or 3600000
end

function done(summary, latency)
  io.write(string.format(
    '\nRESULT {"answers": %d, "refused": %d, "broken": %d, "p50": %d, "p95": %d, "p99": %d}\n',
    summary.requests, summary.errors.status,
    summary.errors.connect + summary.errors.read + summary.errors.write + summary.errors.timeout,
    latency:percentile(50), latency:percentile(95), latency:percentile(99)))
end
