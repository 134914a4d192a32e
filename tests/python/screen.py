"""A terminal, as far as curses needs one: what it shows of what was written to it."""

import re


class Screen:
    PART = re.compile(r"\x1b\[(\??[\d;]*)([A-Za-z@])|\x1b[()].|\x1b[=>78]|(.)", re.DOTALL)

    def __init__(self, rows, columns):
        self.rows, self.columns, self.at, self.last = rows, columns, [0, 0], " "
        self.cells = [[" "] * columns for _ in range(rows)]

    def put(self, text):
        if self.at[1] < self.columns:
            self.cells[self.at[0]][self.at[1]] = text
        self.at[1] += 1

    def write(self, text):
        for arguments, command, letter in self.PART.findall(text):
            row, column = self.at
            if letter == "\r":
                self.at[1] = 0
            elif letter == "\n":
                self.at[0] = min(row + 1, self.rows - 1)
            elif letter == "\b":
                self.at[1] -= 1
            elif letter >= " ":
                self.put(letter)
                self.last = letter
            if command and not arguments.startswith("?"):
                numbers = [int(n or 0) for n in arguments.split(";")]
                n = max(numbers[0], 1)
                if command == "H":
                    self.at = [n - 1, max(numbers[-1], 1) - 1 if len(numbers) > 1 else 0]
                elif command in "dG":
                    self.at["dG".index(command)] = n - 1
                elif command in "ABCD":
                    self.at["ABCD".index(command) // 2] += n if command in "BC" else -n
                elif command == "J" and numbers[0] == 2:
                    self.cells = [[" "] * self.columns for _ in range(self.rows)]
                elif command in "KXJ":
                    begin, end = (0, column + 1) if command == "K" and numbers[0] == 1 else (column, column + n if command == "X" else self.columns)
                    self.cells[row][begin:end] = [" "] * (min(end, self.columns) - begin)
                    for below in range(row + 1, self.rows if command == "J" else 0):
                        self.cells[below] = [" "] * self.columns
                elif command == "P":
                    self.cells[row] = (self.cells[row][:column] + self.cells[row][column + n :] + [" "] * n)[: self.columns]
                elif command == "@":
                    self.cells[row] = (self.cells[row][:column] + [" "] * n + self.cells[row][column:])[: self.columns]
                elif command == "b":
                    for _ in range(n):
                        self.put(self.last)

    def text(self):
        return "\n".join("".join(row).rstrip() for row in self.cells).rstrip()
