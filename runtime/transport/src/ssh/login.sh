# What the login runs. $1 is bootstrap.sh, the others are its arguments.
# Comments and line ends are taken away before this is sent: each line must end a command or go on in it.
# No single quotes, exclamation marks or backslashes: any login shell must take this as one quoted word.
echo "masterchef-bootstrap 1 login";
if [ "$(id -u)" = 0 ]; then exec /bin/sh -c "$1" masterchef "$2" "$3" "$4"; fi;
exec sudo -n -- /bin/sh -c "$1" masterchef "$2" "$3" "$4"
