# For tests that source this: many sentences from few.
# shellcheck shell=sh

# repeated N FILE: each sentence of a CSV with N beginnings.
repeated() {
    awk -v n="$1" 'NR == 1 { print; next } {
        at = index($0, ","); at += index(substr($0, at + 1), ",")
        text = substr($0, at + 1); quote = sub(/^"/, "", text) ? "\"" : ""
        for (k = 1; k <= n; k++)
            printf "%s%sNumber %d. %s\n", substr($0, 1, at), quote, k, text }' "$2"
}
