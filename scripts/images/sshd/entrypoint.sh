#!/bin/sh
# AUTHORIZED_KEY lets all users in. DEPLOY_PASSWORD is that of `deploy`. SSHD_OPTIONS are further arguments of sshd.
set -e
mkdir -p /run/sshd
[ -e /etc/ssh/lab_host_key ] || ssh-keygen -q -t ed25519 -N '' -f /etc/ssh/lab_host_key
printf '%s\n' "$AUTHORIZED_KEY" >/etc/ssh/lab_keys
[ -z "$DEPLOY_PASSWORD" ] || echo "deploy:$DEPLOY_PASSWORD" | chpasswd
if [ -S /var/run/docker.sock ]; then
	gid="$(stat -c %g /var/run/docker.sock)"
	getent group "$gid" >/dev/null || groupadd --gid "$gid" engine
	usermod -aG "$(getent group "$gid" | cut -d: -f1)" deploy
fi
# shellcheck disable=SC2086 # these are several words
exec /usr/sbin/sshd -D -e -h /etc/ssh/lab_host_key \
	-o AuthorizedKeysFile=/etc/ssh/lab_keys -o StrictModes=no -o PidFile=none $SSHD_OPTIONS
