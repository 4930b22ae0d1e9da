import {endMark} from './scripts.ts';

/*
 * The program that probes. It runs in the router's container, in a second HAProxy process: no other program there can open
 * connections without starting a process for each, and HAProxy runs Lua.
 */

/** How long one try may take, in seconds. */
export const trySeconds = 5;

/** The answer of a try that made no connection. HAProxy does not tell why. */
export const unreached = 'unreached';

/**
 * Reads lines from the file `targets` as they are added: `ask ID LIMIT http|tcp ADDRESS PORT PATH HOST`, `drop ID` and
 * `end`. Prints `ID STATE TRIES ELAPSED ANSWER<tab>DETAILS` when an answer changes and every second, until STATE is `ready`
 * or `late`. All times are in milliseconds.
 *
 * Each try is a separate task, so that a target that hangs delays no other. HAProxy repeats a failed connect only after a
 * second, which is too slow here: a try without a connection is given up when the next one is due.
 *
 * The first 12 bytes of a response decide. A redirect is not followed: the router can reach what only it may reach. What is
 * read is limited, because a service may send any amount. It is foreign text, of which only one line is printed.
 */
const program = String.raw`
local folder = os.getenv('PROBES')
local added = assert(io.open(folder .. '/targets'))
local targets = {}

local function now()
	local time = core.now()
	return time.sec * 1000 + time.usec // 1000
end

local asked_at = now()

local function one_line(text, length)
	return (text:sub(1, length):gsub('%c', ' '))
end

local function report(target, state, answer, details)
	local at = now()
	if state == 'waits' and answer == target.said and at - target.said_at < 1000 then return end
	target.said, target.said_at, target.details = answer, at, details
	local line = string.format('%s %s %d %d %s\t%s\n', target.id, state, target.tries, at - target.start,
		one_line(answer, 200), one_line(details or '', 8000))
	if not io.stdout:write(line) or not io.stdout:flush() then os.exit(1) end
end

-- Every 0.1 s during the first second, then less often, down to twice a second.
local function pause(target)
	local elapsed = now() - target.start
	return elapsed < 1000 and 100 or math.min(500, 100 + elapsed // 20)
end

local function reason(socket)
	local text = ''
	repeat
		local char = socket:receive(1)
		if not char or char == '\r' or char == '\n' then return text end
		text = text .. char
	until #text == 200
	return text
end

local function ask_http(socket, target)
	socket:send('GET ' .. target.path .. ' HTTP/1.1\r\nHost: ' .. target.host
		.. '\r\nUser-Agent: compartment\r\nAccept: */*\r\nConnection: close\r\n\r\n')
	local began = now()
	local version = socket:receive(12)
	if not version then
		local is_late = now() - began >= ${trySeconds * 1000 - 100}
		return false, is_late and 'no answer within ${trySeconds} s' or 'closed the connection without an answer'
	end
	local status = version:match('^HTTP/%d%.%d (%d%d%d)$')
	if not status then return false, 'no HTTP answer', version end
	if status:sub(1, 1) == '2' then return true, status .. reason(socket) end
	socket:settimeout(1)
	local rest = socket:receive(16000) or ''
	local head, body = rest:match('^(.-\r\n)\r\n(.*)$')
	head = head or rest
	local answer = status .. head:match('^[^\r\n]*')
	local fields = head:lower()
	local location = status:sub(1, 1) == '3' and fields:match('\nlocation:()')
	if location then return false, answer, 'to' .. head:match('^[^\r\n]*', location) end
	-- The first line of a chunk is its length.
	if body and fields:find('\ntransfer%-encoding:[^\n]*chunked') then body = body:match('\n(.*)$') end
	return false, answer, (body or ''):match('^[^\r\n]*')
end

local function try(target, number)
	local socket = core.tcp()
	target.socket = socket
	socket:settimeout(${trySeconds})
	local is_ready, answer, details = false, '${unreached}', nil
	if socket:connect(target.address, target.port) then
		target.is_connected = true
		if target.type == 'tcp' then
			is_ready, answer = true, 'accepts connections'
		else
			is_ready, answer, details = ask_http(socket, target)
		end
	end
	socket:close()
	if targets[target.id] ~= target or target.trying ~= number then return end
	target.trying = nil
	target.due = now() + pause(target)
	if is_ready then targets[target.id] = nil end
	report(target, is_ready and 'ready' or 'waits', answer, details)
end

local function give_up(target, answer)
	target.trying = nil
	target.socket:close()
	report(target, 'waits', answer)
end

local function step(target, at)
	if at - target.start >= target.limit then
		targets[target.id] = nil
		if target.trying then target.socket:close() end
		local seconds = target.began and (at - target.began + 999) // 1000 or 0
		local pending = target.is_connected and 'no answer within ' .. seconds .. ' s' or '${unreached}'
		return report(target, 'late', target.said or pending, target.details)
	end
	local waited = target.trying and at - target.began
	if waited and not target.is_connected and waited >= pause(target) then
		give_up(target, '${unreached}')
	elseif waited and waited >= ${(trySeconds + 1) * 1000} then
		give_up(target, 'no answer within ${trySeconds} s')
	end
	if target.trying or at < target.due then return end
	target.tries = target.tries + 1
	target.trying, target.began, target.is_connected = target.tries, at, false
	core.register_task(try, target, target.tries)
end

local function read_added()
	for line in function() return added:read('L') end do
		local verb, id, rest = line:match('^(%a+) ?(%S*) ?(.*)\n$')
		if verb == 'end' then os.exit(0) end
		local limit, type, address, port, path, host = rest:match('^(%d+) (%a+) (%S+) (%d+) ?(%S*) ?(%S*)$')
		targets[id] = nil
		if verb == 'ask' and limit then
			local at = now()
			asked_at = at
			targets[id] = {
				id = id, limit = tonumber(limit), type = type, address = address, port = tonumber(port), path = path,
				host = host, start = at, due = at, tries = 0, said_at = at,
			}
		end
	end
end

core.register_task(function()
	while true do
		read_added()
		local at = now()
		for _, target in pairs(targets) do step(target, at) end
		-- Whoever asked was killed, and the end of the input was lost.
		if next(targets) == nil and at - asked_at > 600000 then os.exit(0) end
		core.msleep(20)
	end
end)
`;

// HAProxy does not start without a listener.
const config = `
global
	nbthread 1
	maxconn 2000
	user haproxy
	lua-load "\${PROBES}/program.lua"
frontend unused
	mode tcp
	timeout client 1s
	bind "unix@\${PROBES}/unused" mode 600
	tcp-request connection reject
`;

/**
 * Runs the program until stdin is closed, and passes the lines of stdin on to it. `why ID ADDRESS PORT` is answered here:
 * prints `ID why TEXT`, with the cause why there is no connection, which costs a process.
 */
export const probeScript = `
PROBES=$(mktemp -d) || exit 70
export PROBES
trap 'kill $! 2>/dev/null; rm -rf "$PROBES"; echo "${endMark}"' EXIT
printf '%s' "$1" >"$PROBES/program.lua"
printf '%s' "$2" >"$PROBES/haproxy.cfg"
: >"$PROBES/targets"
lf='
'
why() {
	said=$(nc -w ${trySeconds} "$2" "$3" -e true 2>&1)
	printf '%s why %.200s\\n' "$1" "\${said%%"$lf"*}"
}
exec 3<&0
{
	while IFS= read -r line <&3; do
		case $line in
			why' '*) why \${line#why } & ;;
			*) printf '%s\\n' "$line" >>"$PROBES/targets" ;;
		esac
	done
	echo end >>"$PROBES/targets"
} &
haproxy -db -f "$PROBES/haproxy.cfg" </dev/null 3<&-
`;

/** The arguments of the script. */
export const probeArgs: readonly string[] = [program, config];
