const names: Readonly<Record<string, string>> = {amp: '&', lt: '<', gt: '>', quot: '"', apos: "'"};

const decode = (text: string): string => {
	const [, verbatim] = /^<!\[CDATA\[(.*)\]\]>$/s.exec(text) ?? [];
	return verbatim ?? decodeEntities(text);
};

const decodeEntities = (text: string): string =>
	text.replace(/&(?:#(\d{1,7})|#x([\da-fA-F]{1,6})|(\w+));/g, (whole, decimal, hex, name) => {
		if (name) return names[name] ?? whole;
		const code = decimal ? Number(decimal) : Number.parseInt(hex, 16);
		return code <= 0x10ffff ? String.fromCodePoint(code) : whole;
	});

/** The content of each element of a name. S3's answers are flat enough that no element lies in another one of its name. */
export const elementsOf = (xml: string, name: string): string[] =>
	[...xml.matchAll(new RegExp(`<${name}(?:\\s[^>]*)?>(.*?)</${name}>`, 'gs'))].map(([, content]) => content!);

/** The text of the first element of a name. */
export function textOf(xml: string, name: string): string | undefined {
	const [first] = elementsOf(xml, name);
	return first === undefined ? undefined : decode(first);
}
