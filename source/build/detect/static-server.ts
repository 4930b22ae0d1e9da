import {staticPort} from '../../model/service-port.ts';
import {copy, run} from './dockerfile-lines.ts';

const serverImage = 'caddy:2-alpine';

/** Folder of the server's image with the published files. */
const published = '/srv';

// What must not be published by mistake when a whole folder is.
const hidden = '.git .gitignore .env .env.* .compartment compartment.yml compartment.routes.yml Staticfile Dockerfile';

/**
 * Settings of the server. Names that carry a hash of their content may be kept for ever, everything else is asked for
 * anew each time (with an ETag, so that it is only sent when it changed). A missing page is 404.html where there is
 * one; without it, a site with an index.html is taken to find its own pages, except below names with an extension.
 */
const settings = ({isSinglePage}: SiteOptions): string => `{
	admin off
	auto_https off
	grace_period 5s
	log default {
		level ERROR
	}
}

:{$PORT:${staticPort}} {
	root * ${published}
	encode zstd gzip
	log {
		output stdout
		format filter {
			wrap console
			fields {
				request>headers delete
				request>tls delete
				request>remote_port delete
				resp_headers delete
				user_id delete
			}
		}
	}

	header ?Cache-Control "public, max-age=0, must-revalidate"
	header X-Content-Type-Options nosniff
	# The time of a file is made from its content and says nothing about its age.
	header -Last-Modified
	@hashed {
		file
		expression \`{path}.matches("^/(_app/immutable|_astro|_next/static|_nuxt)/") || ({path}.matches("^/(.*/)?assets/[^/]*[-.][A-Za-z0-9_-]{8,}[.][a-z0-9]+$") && {path}.matches("[-.][A-Za-z_-]*[A-Z0-9][A-Za-z0-9_-]*[.][a-z0-9]+$")) || ({path}.matches("[-.][0-9a-f]{8,64}([.]chunk)?[.][a-z0-9]+$") && {path}.matches("[-.][a-f]*[0-9][0-9a-f]*([.]chunk)?[.][a-z0-9]+$"))\`
	}
	header @hashed Cache-Control "public, max-age=31536000, immutable"
	header *.webmanifest Content-Type application/manifest+json
	header *.map Content-Type application/json

	try_files {path} {path}/ {path}.html
	@page {
		not file {path} {path}/index.html {path}.html
		not path_regexp [.][A-Za-z0-9]+$
		${isSinglePage === undefined ? 'not file /404.html\n\t\t' : ''}file /index.html
	}
	${isSinglePage === false ? '' : 'rewrite @page /index.html\n\t'}file_server {
		hide ${hidden}
	}

	handle_errors {
		header Cache-Control "public, max-age=0, must-revalidate"
		@missing {
			expression {http.error.status_code} == 404
			file /404.html
		}
		handle @missing {
			rewrite * /404.html
			file_server
		}
		handle {
			respond "{http.error.status_code} {http.error.status_text}"
		}
	}
}
`;

type SiteOptions = {
	/** Whether unknown paths lead to index.html; absent: when there is no 404.html. */
	readonly isSinglePage?: boolean;
};

type Site = SiteOptions & {
	/** Absolute folder in the stage `from`, or folder in the archive. */
	readonly folder: string;
	readonly from?: string;
};

// A server tells versions of a file apart by its time and size. Times are lost on the way into an image, so that a
// change of the same length would go unseen; a time that follows from the content is as good as a hash.
const timeFromContent = `find ${published} -type f -exec cksum {} + | while read -r sum size name; do touch -d "@$((1000000000 + sum % 600000000))" "$name"; done`;

/** The last stages of an image that serves files and holds nothing else, and the file that they need. */
export function serveFiles({folder, from, ...options}: Site): {
	readonly stages: readonly (readonly string[])[];
	readonly files: Readonly<Record<string, string>>;
} {
	return {
		stages: [
			[`FROM ${serverImage} AS files`, copy([`${folder}/`], `${published}/`, {from}), run(timeFromContent)],
			[
				`FROM ${serverImage}`,
				copy(['Caddyfile'], '/etc/caddy/Caddyfile'),
				copy([`${published}/`], `${published}/`, {from: 'files'}),
				'ENV XDG_CONFIG_HOME=/tmp XDG_DATA_HOME=/tmp',
				`EXPOSE ${staticPort}`,
				'USER 1000:1000',
				'CMD ["caddy","run","--config","/etc/caddy/Caddyfile","--adapter","caddyfile"]',
			],
		],
		files: {Caddyfile: settings(options)},
	};
}
