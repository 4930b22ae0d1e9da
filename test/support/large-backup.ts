/** A resource without data, whose backup has this many megabytes that cannot be compressed, and a canary. */
export const largeResource = (megabytes: number, schedule?: Readonly<Record<string, unknown>>) => ({
	image: 'node:24-slim',
	command: ['sleep', '1d'],
	volumes: {data: '/data'},
	operations: {
		backup: {
			command: `head -c ${megabytes}M /dev/urandom >"$COMPARTMENT_BACKUP_DIR/data" && echo canary-91c2 >"$COMPARTMENT_BACKUP_DIR/note"`,
			...(schedule ? {schedule} : {}),
		},
		restore: {command: 'grep -q canary-91c2 "$COMPARTMENT_BACKUP_DIR/note"'},
	},
});
