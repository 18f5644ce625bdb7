# shellcheck shell=sh disable=SC1091
# Interactive shells of a netlab node (read by login shells and by /root/.bashrc).
export EDITOR="${EDITOR:-nano}" PAGER="${PAGER:-less}" LESS="${LESS:--R}"
export LANG="${LANG:-C.UTF-8}"
# A terminal that nobody here knows (kitty, alacritty, ghostty …) is treated as the common kind that all of them are.
initial=${TERM%"${TERM#?}"}
for folder in /usr/share /lib /etc; do
	[ ! -e "$folder/terminfo/$initial/$TERM" ] || initial=
done
[ -z "$initial" ] || export TERM=xterm-256color
unset initial folder
if [ -n "${BASH_VERSION-}" ] && [ -n "${PS1-}" ]; then
	PS1='\h:\w\$ '
	alias ls='ls --color=auto' ll='ls --color=auto -l' ip='ip -color=auto'
	alias grep='grep --color=auto' diff='diff --color=auto'
	HISTCONTROL=ignoreboth
	if [ -z "${BASH_COMPLETION_VERSINFO-}" ] && [ -r /usr/share/bash-completion/bash_completion ]; then
		. /usr/share/bash-completion/bash_completion
	fi
fi
