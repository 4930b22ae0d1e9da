/** A shell that a completion script is printed for. */

export type Shell = 'bash' | 'zsh' | 'fish';

// Each asks `compartment __complete` for every answer, so that a script stays right after an update. What it answers is data:
// no script evaluates it.

const bash = `# bash completion for compartment
_compartment() {
	local line path tab=$'\\t' IFS=$'\\n'
	COMPREPLY=()
	while IFS= read -r line; do
		case $line in
		:file | :folder)
			type compopt >/dev/null 2>&1 && compopt -o filenames
			local kind=-f
			[ "$line" = :folder ] && kind=-d
			while IFS= read -r path; do COMPREPLY+=("$path"); done < <(compgen "$kind" -- "\${COMP_WORDS[COMP_CWORD]#=}")
			;;
		*) COMPREPLY+=("\${line%%"$tab"*}") ;;
		esac
	done < <(compartment __complete "\${COMP_WORDS[@]:1:COMP_CWORD}" 2>/dev/null)
}
complete -F _compartment compartment
`;

const zsh = `#compdef compartment
# zsh completion for compartment
_compartment() {
	local line tab=$'\\t' word
	local -a found
	while IFS= read -r line; do
		case $line in
		:file) _files; return ;;
		:folder) _files -/; return ;;
		esac
		word=\${line%%$tab*}
		if [[ $line == *$tab* ]]; then
			found+=("\${word//:/\\\\:}:\${line#*$tab}")
		else
			found+=("\${word//:/\\\\:}")
		fi
	done < <(compartment __complete "\${(@)words[2,CURRENT]}" 2>/dev/null)
	_describe -V compartment found
}
compdef _compartment compartment
`;

const fish = `# fish completion for compartment
function __compartment_complete
	set -l words (commandline -opc) (commandline -ct)
	for line in (compartment __complete $words[2..-1] 2>/dev/null)
		switch $line
			case ':file'
				__fish_complete_path (commandline -ct)
			case ':folder'
				__fish_complete_directories (commandline -ct)
			case '*'
				echo $line
		end
	end
end
complete -c compartment -f -a '(__compartment_complete)'
`;

const scripts: Readonly<Record<Shell, string>> = {bash, zsh, fish};

/** The script that makes a shell complete the words of a command line. */
export const completionScript = (shell: Shell): string => scripts[shell];
