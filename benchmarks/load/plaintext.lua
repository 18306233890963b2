-- One shape of load for wrk:  wrk ... -s plaintext.lua URL -- DEPTH
-- DEPTH requests are sent at once on each connection; the next ones follow when all are answered. At depth 1
-- wrk keeps its static request and calls no Lua while it runs. At the end: one line for the script that called.

function init(args)
  local depth = tonumber(args[1]) or 1
  if depth > 1 then
    local batch = string.rep(wrk.format(), depth)
    request = function() return batch end
  end
end

function done(summary, latency, requests)
  local errors = summary.errors
  io.write(string.format("result requests=%d micros=%d connect=%d read=%d write=%d timeout=%d status=%d\n",
    summary.requests, summary.duration, errors.connect, errors.read, errors.write, errors.timeout, errors.status))
end
