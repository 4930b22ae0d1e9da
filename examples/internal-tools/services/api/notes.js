import pg from 'pg';

const pool = new pg.Pool({connectionString: process.env.DATABASE_URL, connectionTimeoutMillis: 2000, max: 5});

// The pool replaces an idle connection that breaks; that is only worth a line.
pool.on('error', error => console.error(`database: ${error.message}`));

/** Creates the table, with two notes to start from. Copies of the api may start at the same time, so they take turns. */
export async function prepareNotes() {
	await pool.query(`
		begin;
		select pg_advisory_xact_lock(1);
		create table if not exists notes (
			id integer generated always as identity primary key,
			author text not null,
			text text not null,
			written_at timestamptz not null default clock_timestamp()
		);
		insert into notes (author, text)
		select author, text from (values
			('Ada', 'The invoice export ran late on Monday. Restarting it is safe.'),
			('Grace', 'Certificates renew by themselves now; the old reminder can go.')
		) as first (author, text)
		where not exists (select from notes);
		commit;
	`);
}

/** The newest fifty. */
export async function listNotes() {
	const {rows} = await pool.query(
		'select id, author, text, written_at as "writtenAt" from notes order by id desc limit 50',
	);
	return rows;
}

export async function addNote({author, text}) {
	const {rows} = await pool.query(
		'insert into notes (author, text) values ($1, $2) returning id, author, text, written_at as "writtenAt"',
		[author, text],
	);
	return rows[0];
}

export async function checkDatabase() {
	await pool.query('select 1 from notes limit 1');
}
