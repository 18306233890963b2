-- One shape of load for wrk:  wrk ... -s shape.lua URL -- DEPTH BODY-BYTES CLOSE
-- DEPTH requests are sent at once on each connection; the next ones follow when all are answered. At depth 1
-- wrk keeps its static request and calls no Lua while it runs. BODY-BYTES are posted, 0: it is a GET. CLOSE is 1 for
-- a connection for each request. At the end: one line for the script that called.

function init(args)
  local depth, body = tonumber(args[1]) or 1, tonumber(args[2]) or 0
  if body > 0 then
    wrk.method = "POST"
    wrk.body = string.rep("x", body)
  end
  if args[3] == "1" then
    wrk.headers["Connection"] = "close"
  end
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
