import {folder, keptStatesFolder, statesFolder, statesMark} from '../router/layout.ts';
import {journalFile, movedFile, ownerFile, stateFile} from './layout.ts';

/** Seconds after which the script ends, and frees the lock, if it hears nothing. */
const silenceSeconds = 15;

/** How many states and journals the history on the engine has. */
const keptCount = 40;

/**
 * Runs in the router's container, as root, and serves one client: lock and store of one environment. It reads one command a
 * line, and answers each with one line. The lock is the kernel's: it is free as soon as this process ends, because its input
 * was closed or silent. For busybox, whose shell has `read -t`. Arguments: name of the environment's folders.
 *
 *     take ID RECORD            takes the lock; `busy RECORD`, or `taken` with what is stored
 *     resume ID RECORD          the same after the connection was cut; `lost RECORD` if another client had the lock since
 *     append AT BYTES           the bytes follow; replaces what the journal has from there on
 *     put HASH NEW BYTES NAME   the bytes follow; replaces the state with the hash, or with none; `moved HASH` if it has another
 *     archive NAME · reserve SECONDS · move RECORD · forget · ping · bye
 */
export const stateScript = `
set -f
umask 077
cd ${folder} || exit 70
now=${statesFolder}/$1 kept=${keptStatesFolder}/$1 id= isHeld= size=0
journal=$now/${journalFile}
mkdir -p "$now" "$kept/history" || exit 71
exec 9>>"$kept/lock" || exit 71
flush() { fsync "$@" 2>/dev/null || sync "$@" || sync; }
hash_of() { [ -e "$1" ] || { echo none; return; }; set -- $(sha256sum "$1"); echo "$1"; }
size_of() { [ -e "$1" ] && stat -c %s "$1" || echo 0; }
owner() { [ -e "$now/${ownerFile}" ] && IFS= read -r line <"$now/${ownerFile}" || line='{}'; printf '%s\\n' "$line"; }
# Another client has a right to come back for a while.
is_reserved() {
	[ -e "$kept/reserved" ] && read -r by until <"$kept/reserved" && [ "$by" != "$id" ] && [ "$until" -gt "$(date +%s)" ]
}
take() {
	flock -n 9 || return 1
	is_reserved && { flock -u 9; return 1; }
	isHeld=1
}
own() {
	# Another client may have removed what was empty.
	mkdir -p "$now" "$kept/history"
	size=$(size_of "$journal")
	printf '%s\\n' "$1" >"$kept/owner" && mv "$kept/owner" "$now/${ownerFile}"
	printf '%s\\n' "$id" >"$kept/holder"
	echo "taken $(hash_of "$now/${stateFile}") $(hash_of "$journal") $size"
}
# Keeps the newest of what begins with a word.
prune() {
	ls -t "$kept/history" | grep "^$1\\." | tail -n +${keptCount + 1} | while IFS= read -r old; do rm -f "$kept/history/$old"; done
}
receive() {
	rm -f "$kept/received"
	timeout ${silenceSeconds} head -c "$1" >"$kept/received" || return 1
	[ "$(size_of "$kept/received")" = "$1" ]
}
while read -r -t ${silenceSeconds} word rest; do
	case $word in
	take)
		id=\${rest%% *}
		if take; then own "\${rest#* }"; else echo "busy $(owner)"; fi ;;
	resume)
		id=\${rest%% *} holder=
		if ! flock -n 9; then echo "busy $(owner)"; continue; fi
		[ -e "$kept/holder" ] && read -r holder <"$kept/holder"
		[ "$holder" = "$id" ] || { echo "lost $(owner)"; exit 0; }
		isHeld=1
		rm -f "$kept/reserved"
		own "\${rest#* }" ;;
	ping) echo ok ;;
	bye)
		[ -z "$isHeld" ] || rm -f "$now/${ownerFile}" "$kept/holder" "$kept/reserved"
		rmdir "$now" "$kept/history" 2>/dev/null
		echo ok
		exit 0 ;;
	*)
		[ -n "$isHeld" ] || { echo 'error no lock'; exit 1; }
		set -- $rest
		case $word in
		append)
			[ "$size" -ge "$1" ] || { echo "error the journal has only $size bytes"; exit 1; }
			[ "$size" = "$1" ] || truncate -s "$1" "$journal"
			size=$1
			timeout ${silenceSeconds} head -c "$2" >>"$journal"
			found=$(size_of "$journal")
			# What is too little is cut off by the next one.
			[ "$found" = $(($1 + $2)) ] && flush "$journal" || { size=$found; echo 'error cannot write the journal'; continue; }
			[ "$size" != 0 ] || flush "$now"
			size=$found
			echo ok ;;
		put)
			receive "$3" || { echo 'error cannot receive'; exit 1; }
			found=$(hash_of "$now/${stateFile}")
			[ "$found" = "$2" ] && { echo ok; continue; }
			[ "$found" = "$1" ] || { echo "moved $found"; continue; }
			[ "$(hash_of "$kept/received")" = "$2" ] || { echo 'error damaged on the way'; exit 1; }
			[ -e ${keptStatesFolder}/${statesMark} ] || : >${keptStatesFolder}/${statesMark}
			if flush "$kept/received" && { [ "$4" = - ] || ln -f "$kept/received" "$kept/history/$4"; } &&
				mv "$kept/received" "$now/${stateFile}" && flush "$now"; then
				rm -f "$now/${movedFile}"
				prune state
				echo ok
			else
				echo 'error cannot write the state'
			fi ;;
		archive)
			[ ! -e "$journal" ] || mv "$journal" "$kept/history/$1"
			size=0
			flush "$now"
			prune journal
			echo ok ;;
		reserve)
			echo "$id $(($(date +%s) + $1))" >"$kept/reserved"
			flush "$kept/reserved"
			echo ok ;;
		move)
			[ ! -e "$now/${stateFile}" ] || {
				printf '%s\\n' "$rest" >"$kept/moved" && flush "$kept/moved" && mv "$kept/moved" "$now/${movedFile}" &&
					flush "$now" && rm -f "$journal" "$now/${stateFile}" && flush "$now"
			} || { echo 'error cannot give the state up'; continue; }
			echo ok ;;
		forget)
			rm -rf "$now" "$kept/history" "$kept/reserved" "$kept/holder"
			mkdir -p "$now" "$kept/history"
			find ${statesFolder} ${keptStatesFolder} -name '*.json' -o -name '*.ndjson' | grep -q . || rm -f ${keptStatesFolder}/${statesMark}
			echo ok ;;
		*) echo "error unknown command $word" ;;
		esac ;;
	esac
done
`;
