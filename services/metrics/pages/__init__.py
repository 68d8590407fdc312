"""How key figures are shown: on a page, on paper, as a picture, as tables.

words, french, english   what is said, and how numbers are written
sheet                    the figures in words, ready to be set
drawings, charts         SVG
page, links              HTML
press, typesetting       PDF and PNG, by Typst in a process of its own
tables, spreadsheet      CSV and ODS
formats                  all files by name
"""
