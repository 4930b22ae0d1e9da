/** Debian packages that Python packages need at build time and at run time. */
type SystemPackages = {readonly build: readonly string[]; readonly runtime: readonly string[]};

const compiler = ['gcc', 'libc6-dev'];

const known: Readonly<Record<string, SystemPackages>> = {
	psycopg: {build: [], runtime: ['libpq5']},
	psycopg2: {build: [...compiler, 'libpq-dev'], runtime: ['libpq5']},
	mysqlclient: {build: [...compiler, 'default-libmysqlclient-dev', 'pkg-config'], runtime: ['libmariadb3']},
	pycairo: {build: [...compiler, 'libcairo2-dev', 'pkg-config'], runtime: ['libcairo2']},
	pdf2image: {build: [], runtime: ['poppler-utils']},
	pydub: {build: [], runtime: ['ffmpeg']},
};

/** The system packages that the dependencies of a source need. */
export function systemPackagesFor(dependsOn: (name: string) => boolean): SystemPackages {
	const needed = Object.entries(known)
		.filter(([name]) => dependsOn(name))
		.map(([, packages]) => packages);
	const all = (lists: readonly (readonly string[])[]) => [...new Set(lists.flat())];
	return {build: all(needed.map(({build}) => build)), runtime: all(needed.map(({runtime}) => runtime))};
}
