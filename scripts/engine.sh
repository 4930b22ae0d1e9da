#!/usr/bin/env bash
# Makes sure that a Docker engine is running. If one answers, it is used; on Debian, as root,
# one is installed and started; elsewhere an error says what is needed.
set -euo pipefail

readonly pid_file=/var/run/docker.pid
readonly containerd_pid_file=/var/run/docker/containerd/containerd.pid
readonly containerd_socket=/run/containerd/containerd.sock
readonly log=/var/log/dockerd.log
readonly patience=60

say() { printf 'engine: %s\n' "$*"; }

fail() {
	printf 'engine: %s\n' "$*" >&2
	exit 1
}

has() { command -v "$1" >/dev/null 2>&1; }

# The client follows DOCKER_HOST and the docker context, so it reaches the engine that the user chose.
answers() { has docker && docker version --format '{{.Server.Version}}' >/dev/null 2>&1; }

# True when the user has chosen an engine, which must not be replaced silently.
chosen_elsewhere() {
	[ -n "${DOCKER_HOST:-}" ] && return
	has docker || return 1
	case "$(docker context show 2>/dev/null || echo default)" in
	default) return 1 ;;
	*) return 0 ;;
	esac
}

is_debian() {
	[ -r /etc/os-release ] || return 1
	# shellcheck source=/dev/null
	(. /etc/os-release && case " ${ID:-} ${ID_LIKE:-} " in *' debian '*) exit 0 ;; *) exit 1 ;; esac)
}

has_systemd() { [ -d /run/systemd/system ]; }

# Package mirrors fail occasionally, so retry once.
apt() {
	local output
	for _ in 1 2; do
		output="$(DEBIAN_FRONTEND=noninteractive apt-get -qq -o Acquire::Retries=3 "$@" 2>&1)" && return
		sleep 2
	done
	printf '%s\n' "$output" >&2
	fail "apt-get $1 failed (its output is above)"
}

# From Debian 13 on the client is a separate package.
install_engine() {
	local packages=(docker.io iptables)
	say 'installing docker.io and iptables from Debian (about 20 seconds)'
	apt update
	if ! has docker && apt-cache show docker-cli >/dev/null 2>&1; then
		packages+=(docker-cli)
	fi
	apt install -y --no-install-recommends "${packages[@]}"
}

# The program of a process; nothing for a zombie.
program_of() {
	local path
	path="$(readlink "/proc/$1/exe" 2>/dev/null)" || return 1
	path="${path% (deleted)}"
	printf '%s\n' "${path##*/}"
}

# True if the process with the id in the file is the named program: ids are reused
# after a crash or a restart, so a running process alone proves nothing.
belongs_to() {
	local file="$1" program="$2" pid
	pid="$(cat "$file" 2>/dev/null)" || return 1
	[ -n "$pid" ] && [ "$(program_of "$pid")" = "$program" ]
}

runs() {
	local process
	for process in /proc/[0-9]*; do
		[ "$(program_of "${process#/proc/}")" != "$1" ] || return 0
	done
	return 1
}

# Files that a killed engine leaves behind stop the next one from starting, or make it wait for a
# containerd that no longer runs.
clear_leftovers() {
	belongs_to "$pid_file" dockerd || rm -f "$pid_file"
	belongs_to "$containerd_pid_file" containerd || rm -f "$containerd_pid_file"
	runs containerd || rm -f "$containerd_socket"
}

start_engine() {
	if has_systemd; then
		say 'starting the docker service'
		systemctl start docker || fail 'the docker service did not start; see: journalctl --unit docker'
	elif runs dockerd; then
		say 'waiting for the engine that is starting'
	else
		say "starting dockerd (its log: $log)"
		clear_leftovers
		# A separate session, so that the engine outlives this script and its terminal. It must not
		# inherit the lock.
		setsid dockerd >>"$log" 2>&1 </dev/null 9>&- &
	fi
}

wait_for_engine() {
	local deadline=$((SECONDS + patience))
	until answers; do
		if [ "$SECONDS" -ge "$deadline" ]; then
			tail -n 15 "$log" >&2 2>/dev/null || true
			fail "no answer from the engine after $patience seconds"
		fi
		sleep 0.3
	done
}

main() {
	answers && return
	if chosen_elsewhere; then
		fail "the engine of ${DOCKER_HOST:-docker context $(docker context show)} does not answer; start it, or unset it to use a local one"
	fi
	if ! is_debian || [ "$(id -u)" -ne 0 ]; then
		fail 'no Docker engine answers; install Docker Engine or Docker Desktop, start it, and run this again'
	fi
	# Two concurrent scripts must not start two engines.
	exec 9>/run/lock/compartment-engine.lock
	flock 9
	answers && return
	if ! has dockerd || ! has docker || ! has iptables; then
		install_engine
	fi
	answers || start_engine
	wait_for_engine
	say "docker $(docker version --format '{{.Server.Version}}') answers"
}

main "$@"
