# ~/.bashrc of a netlab node: the same for login shells and others.
[ -z "${PS1-}" ] || . /etc/profile.d/netlab.sh
