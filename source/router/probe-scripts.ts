import {script} from './scripts.ts';

/** One try is a function that sets \`answer\` and succeeds when ready. The last line says \`ready\` or \`late\`. */
const probeLoop = (attempt: string): string =>
	script(`
limit=$1
shift
attempt() {
	${attempt}
}
start=$(hundredths)
tries=0
said=
said_at=$start
while :; do
	tries=$((tries + 1))
	now=$(hundredths)
	seconds=$(((limit - (now - start) + 99) / 100))
	[ $seconds -gt 5 ] && seconds=5
	[ $seconds -lt 1 ] && seconds=1
	state=waits
	attempt "$@" && state=ready
	now=$(hundredths)
	[ $state = waits ] && [ $((now - start)) -ge "$limit" ] && state=late
	if [ $state != waits ] || [ "$answer" != "$said" ] || [ $((now - said_at)) -ge 100 ]; then
		echo "$state $tries $((now - start)) $answer"
		said=$answer
		said_at=$now
	fi
	[ $state = waits ] || exit 0
	sleep 0.1
done
`);

/** Arguments: hundredths of a second, URL, Host header. The first status line decides: a redirect is no success. */
export const httpProbeScript =
	probeLoop(`output=$(timeout "$seconds" wget -q -S -O /dev/null -T "$seconds" --header "Host: $2" "$1" 2>&1)
	answer=$(printf '%s\\n' "$output" | sed -n 's/^.*HTTP\\/[0-9.]* \\([0-9][0-9][0-9].*\\)$/\\1/p' | head -n 1 | tr -d '\\r')
	[ -n "$answer" ] || answer=$(printf '%s\\n' "$output" | sed -n 's/^wget: //p' | head -n 1)
	[ -n "$answer" ] || answer="no answer within $seconds s"
	case $answer in
		2[0-9][0-9]*) return 0 ;;
		*) return 1 ;;
	esac`);

/** Arguments: hundredths of a second, host, port. */
export const tcpProbeScript = probeLoop(`if output=$(timeout "$seconds" nc -w "$seconds" "$1" "$2" -e true 2>&1); then
		answer='accepts connections'
		return 0
	fi
	answer=$(printf '%s\\n' "$output" | sed -n 's/^nc: //p' | head -n 1)
	[ -n "$answer" ] || answer="no connection within $seconds s"
	return 1`);
