# JSON in, lines "path<TAB>value" out: path parts joined by dots, array members by index (links.0.mtu<TAB>1450). Strings keep their
# escapes, save \" \\ and \/. A document that is not JSON ends with exit code 1. (jq takes 0.4 s to start on an emulated processor.)
{ text = text $0 "\n" }

function token() {
    sub(/^[ \t\r\n]+/, "", text)
    if (match(text, /^"([^"\\]|\\.)*"/) || match(text, /^[][{},:]/) || match(text, /^[-+.0-9A-Za-z]+/)) {
        current = substr(text, 1, RLENGTH)
        text = substr(text, RLENGTH + 1)
    } else {
        current = ""
    }
}

function plain(s) {
    if (s !~ /^"/) return s
    s = substr(s, 2, length(s) - 2)
    gsub(/\\"/, "\"", s); gsub(/\\\//, "/", s); gsub(/\\\\/, "\\", s)
    return s
}

function join(path, part) { return path == "" ? part : path "." part }

# Reads the value that starts with the current token; leaves the token after it.
function value(path,    count, key) {
    if (current == "{") {
        token()
        while (current != "}") {
            if (current !~ /^"/) exit 1
            key = plain(current)
            token()
            if (current != ":") exit 1
            token()
            value(join(path, key))
            if (current == ",") token()
            else if (current != "}") exit 1
        }
    } else if (current == "[") {
        token()
        count = 0
        while (current != "]") {
            value(join(path, count++))
            if (current == ",") token()
            else if (current != "]") exit 1
        }
    } else if (current ~ /^["+.0-9A-Za-z-]/) {
        print path "\t" plain(current)
    } else {
        exit 1
    }
    token()
}

END {
    token()
    value("")
    if (current != "") exit 1
}
