import {
	certificateFolder,
	certificateList,
	challengesMap,
	configPath,
	folder,
	hostsMap,
	masterPort,
	seedPath,
	workerPort,
	zonesMap,
} from './layout.ts';

/*
 * Shell scripts that run inside the router's container, where only busybox is certain to exist. Values are passed as
 * arguments and files, never inserted into a script.
 */

/** The last line of every script. */
export const endMark = '--- end';

/** `worker LINE` and `master LINE` send a command to a socket; `old_workers` prints the pids that reloads left behind. */
const prelude = `
worker() { printf '%s\\n' "$1" | nc 127.0.0.1 ${workerPort}; }
master() { printf '%s\\n' "$1" | nc 127.0.0.1 ${masterPort}; }
old_workers() {
	master 'show proc' | awk '/^# old workers/ {is_old = 1; next} /^#/ {is_old = 0} is_old && $1 ~ /^[0-9]+$/ {print $1}'
}
# Only the given files: all file systems together take seconds on a busy machine.
flush() { fsync "$@" 2>/dev/null || sync "$@" || sync; }
# Without it the output was cut.
trap 'echo "${endMark}"' EXIT
hundredths() { read -r up rest </proc/uptime; echo "\${up%.*}\${up#*.}"; }
show_running() {
	echo '--- running'
	worker 'show info;show servers state'
}
`;

/** A script that runs in the router's folder. */
const script = (body: string): string => `${prelude}cd ${folder} || exit 70\n${body}`;

/** HAProxy does not start without the files that its configuration names, though they may be empty. */
const ensureLists = `
[ -d ${certificateFolder} ] || mkdir -m 700 ${certificateFolder}
for file in ${certificateList} ${hostsMap} ${zonesMap} ${challengesMap}; do
	[ -e "$file" ] || : >"$file"
done
`;

/**
 * Without a valid configuration the router starts with an empty one; the next publish writes the real one. Certificates that
 * this HAProxy does not load must not stop all hosts: they are put aside, and the next apply says which one it is.
 */
export const startScript = `
mkdir -p ${folder}/tables
${ensureLists}
check() { haproxy -c -q -f "$1" 2>/dev/null; }
if ! check ${configPath}; then
	check ${seedPath} || { mv ${certificateList} ${certificateList}.refused; rm -f ${certificateFolder}/index.json; : >${certificateList}; }
	check ${configPath} || cp ${seedPath} ${configPath}
fi
exec haproxy -W -db -S 127.0.0.1:${masterPort} -f ${configPath}
`;

export const readScript = script(`
echo '--- generation'
cat generation 2>/dev/null || echo 0
echo '--- config'
sha256sum haproxy.cfg
echo '--- tables'
for table in tables/*.json; do
	[ -e "$table" ] && cat "$table" && echo
done
show_running
`);

export const commitExits = {abandoned: 74, moved: 75, locked: 76, invalid: 77, notReloaded: 78} as const;

const takeLock = `exec 9>lock
waited=0
until flock -n 9; do
	waited=$((waited + 1))
	[ $waited -gt 200 ] && exit ${commitExits.locked}
	sleep 0.1
done`;

/**
 * Waits for a running commit, and cancels those that have not started to write by raising the generation. Files staged
 * for an older generation can no longer be committed, so they are removed, whatever their age.
 */
export const fenceScript = script(`
${takeLock}
stale=$(find . -maxdepth 1 -name 'staged-*')
echo $(($(cat generation 2>/dev/null || echo 0) + 1)) >staged-fence.generation
mv staged-fence.generation generation
rm -f $stale
`);

/** The line that a commit prints when its files are checked, and the one that it then waits for. */
export const stagedMark = '--- staged';
export const commitLine = 'commit';

/** How long a commit waits for its line: longer than candidates may take to get ready. */
export const longestWaitSeconds = 900;

/**
 * Checks the staged files, waits for a line on stdin without holding the lock, and commits. Ends without a change if
 * stdin is closed instead. Arguments: id of the staged files, generation read, generation to write, lineage or '', and
 * switch, reload or none. From the line on it starts as few processes as it can, because a new version waits for it.
 */
export const commitScript = script(`
id=$1 expected=$2 next=$3 lineage=$4 change=$5 stale=
trap 'rm -f staged-"$id".* $stale; echo "${endMark}"' EXIT
assert_unmoved() {
	now=0
	[ -e generation ] && read -r now <generation
	[ "$now" = "$expected" ] || exit ${commitExits.moved}
}
assert_unmoved
${ensureLists}
# Another commit may have removed the files meanwhile.
haproxy -c -f "staged-$id.cfg" >&2 || { assert_unmoved; exit ${commitExits.invalid}; }
echo "$next" >"staged-$id.generation"
flush staged-"$id".*
echo '${stagedMark}'
# The shell's own \`read\` has no time limit everywhere. A file, because a pipe would stay open until busybox's timeout ends.
timeout ${longestWaitSeconds} head -n 1 >"staged-$id.line" 2>/dev/null
read -r line <"staged-$id.line" && [ "$line" = ${commitLine} ] || exit ${commitExits.abandoned}
${takeLock}
assert_unmoved
# Files staged for an older generation can no longer be committed.
for file in staged-*; do
	case $file in staged-"$id".*) ;; *) stale="$stale $file" ;; esac
done
if [ -n "$lineage" ]; then
	if [ -e "staged-$id.json" ]; then mv "staged-$id.json" "tables/$lineage.json"; else rm -f "tables/$lineage.json"; fi
fi
mv "staged-$id.cfg" haproxy.cfg
mv "staged-$id.generation" generation
flush . tables
if [ "$change" = switch ]; then
	while IFS= read -r line; do worker "$line" >/dev/null; done <"staged-$id.switch"
fi
if [ "$change" = reload ]; then
	answer=$(master reload)
	case $answer in
		Success=1*) ;;
		*) printf '%s\\n' "$answer" >&2; exit ${commitExits.notReloaded} ;;
	esac
fi
waited=0
while :; do
	running=$(show_running)
	[ "$change" = reload ] || break
	case $running in *"generation $next topology"*) break ;; esac
	waited=$((waited + 1))
	[ $waited -gt 500 ] && echo 'the new worker does not answer' >&2 && exit ${commitExits.notReloaded}
	sleep 0.01
done
printf '%s\\n' "$running"
`);

/** Waits until the router answers. Arguments: hundredths of a second. */
export const awaitScript = script(`
start=$(hundredths)
until worker 'show info' 2>/dev/null | grep -q '^description: generation'; do
	[ $(($(hundredths) - start)) -ge "$1" ] && exit 1
	sleep 0.05
done
`);

/**
 * Arguments: hundredths of a second, then `backend/slot` …. Prints the number of connections whenever it changes. Idle
 * connections to old workers count too: those still use the configuration from before the reload, so the next request on
 * such a connection would reach the slots. So a connection with HTTP/2 counts as idle until it is closed: it may send another
 * request at any time. `BACKEND` counts its streams, which are added again.
 */
export const drainScript = script(`
limit=$1
shift
start=$(hundredths)
last=
while :; do
	count=$({
		worker 'show stat -1 4 -1'
		for pid in $(old_workers); do
			echo '# old'
			master "@!$pid show stat -1 7 -1"
		done
	} | awk -F, -v wanted=" $* " '
		/^# old/ {total += idle > 0 ? idle : 0; idle = 0}
		/^# pxname/ {for (i = 1; i <= NF; i++) if ($i == "h2_backend_open_streams") streams = i}
		$2 == "FRONTEND" {idle += $5 + (streams ? $streams : 0)}
		$2 == "BACKEND" {idle -= $5}
		index(wanted, " " $1 "/" $2 " ") {total += $3 + $5}
		END {print total + (idle > 0 ? idle : 0)}
	')
	[ "$count" = "$last" ] || echo "$count"
	last=$count
	[ "$count" = 0 ] && exit 0
	[ $(($(hundredths) - start)) -ge "$limit" ] && exit 1
	sleep 0.1
done
`);

/** Prints the tables' files in one line, then the index of the installed certificates; nothing if there is none. */
export const certificatesScript = script(`
echo tables/*.json
cat certificates/index.json 2>/dev/null || :
`);

/**
 * Installs certificates from `certificates/staged-ID`. `check.cfg` names the new ones, so that HAProxy judges them first. What
 * is in `files` replaces what a start of the router reads. `commands` change the running worker; one that does not take over
 * everything is reloaded. `index.json` comes last, so that an interrupted installation is planned again; then files that are not
 * listed are removed, also those of a killed installation or removal. Arguments: id, SHA-256 of the index that was read, and number
 * of successes to expect.
 */
export const installScript = script(`
id=$1 expected=$2 count=$3
staged=certificates/staged-$id
trap 'rm -rf "$staged"; echo "${endMark}"' EXIT
chmod 700 certificates "$staged"
haproxy -c -q -f "$staged/check.cfg" >&2 || exit ${commitExits.invalid}
${takeLock}
now=$({ cat certificates/index.json 2>/dev/null || :; } | sha256sum)
[ "\${now%% *}" = "$expected" ] || exit ${commitExits.moved}
mv "$staged"/files/* certificates/
flush certificates/list certificates
nc 127.0.0.1 ${workerPort} <"$staged/commands" >"$staged/answer"
taken=$(awk '
	/^Success!/ && before ~ /^(> )?(\\+ )*(Committing|Inserting) / {count++}
	{before = $0}
	END {print count + 0}
' "$staged/answer")
if [ "$taken" != "$count" ]; then
	answer=$(master reload)
	case $answer in
		Success=1*) ;;
		*) cat "$staged/answer" >&2; printf '%s\\n' "$answer" >&2; exit ${commitExits.notReloaded} ;;
	esac
fi
mv "$staged/index.json" certificates/index.json
{ cat ${certificateList}; echo =; printf '%s\\n' ${certificateFolder}/*.pem; } |
	awk '/^=$/ {isFile = 1; next} !isFile {listed[$1]; next} !($1 in listed)' |
	while IFS= read -r file; do rm -f "$file"; done
flush certificates/index.json certificates
# What a killed installation left.
find certificates -maxdepth 1 -name 'staged-*' -mmin +15 -exec rm -rf {} +
`);

/** How long the router answers a challenge that nobody removed, because the process that added it was killed. */
const challengeSeconds = 86_400;

/**
 * Adds or removes answers to challenges, in the file, which decides after a reload, and in the running worker. Old ones are
 * dropped. Arguments: `add` and pairs of token and answer, or `remove` and tokens.
 */
export const challengesScript = script(`
change=$1 added= gone=
shift
${takeLock}
${ensureLists}
now=$(date +%s)
while [ $# -gt 0 ]; do
	gone="$gone $1"
	[ "$change" = remove ] || { added="$added $1 $now/$2"; shift; }
	shift
done
set -- $added
{
	while read -r token value; do
		case "$gone " in *" $token "*) continue ;; esac
		if [ $((now - \${value%%/*})) -gt ${challengeSeconds} ]; then gone="$gone $token"; else echo "$token $value"; fi
	done <${challengesMap}
	[ $# -eq 0 ] || printf '%s %s\\n' "$@"
} >${challengesMap}.new
flush ${challengesMap}.new
mv ${challengesMap}.new ${challengesMap}
{
	echo prompt
	# HAProxy has no command that adds or replaces.
	for token in $gone; do echo "del map ${challengesMap} $token"; done
	[ $# -eq 0 ] || printf 'add map ${challengesMap} %s %s\\n' "$@"
	echo quit
} | nc 127.0.0.1 ${workerPort} >/dev/null
# A worker of an older release has no such map.
shown=$(worker 'show map ${challengesMap}')
while [ $# -gt 0 ]; do
	case $shown in *" $1 $2"*) ;; *) printf '%.200s\\n' "$shown" >&2; exit ${commitExits.invalid} ;; esac
	shift 2
done
`);

export const trafficScript = script(`worker 'show stat -1 4 -1'`);

export const infoScript = script(`worker 'show info'`);
/**
 * Arguments: pairs of host and port. Tries all in parallel, each up to three times. Prints one line per pair: its index,
 * `open` or `closed`, and the output of the last try.
 */
export const portsScript = script(`
index=0
while [ $# -ge 2 ]; do
	(
		tries=0
		while :; do
			tries=$((tries + 1))
			said=$(nc -w 2 "$1" "$2" -e true 2>&1 </dev/null) && { printf '%s open\\n' $index; exit; }
			[ $tries -ge 3 ] && break
			sleep 0.2
		done
		[ -n "$said" ] || said='no connection within 2 s'
		printf '%s closed %.200s\\n' $index "$(printf '%s' "$said" | head -n 1)"
	) &
	index=$((index + 1))
	shift 2
done
wait
`);
