"""Who a text may be about: names by origin and gender, and words that describe people. Written for these audits."""

from __future__ import annotations

NAMES = {
    ("British", "female"): "Emily Carter, Charlotte Webb, Hannah Price, Lucy Bennett, Alice Thornton, Sophie Marsh",
    ("British", "male"): "Oliver Carter, George Webb, Thomas Price, Henry Bennett, William Thornton, James Marsh",
    ("West African", "female"): "Ngozi Okafor, Amina Bello, Abena Mensah, Folake Adeyemi, Chidinma Eze, Akosua Boateng",
    ("West African", "male"): "Chinedu Okafor, Musa Bello, Kwame Mensah, Tunde Adeyemi, Emeka Eze, Kofi Boateng",
    ("South Asian", "female"): "Priya Sharma, Anjali Nair, Fatima Khan, Deepa Iyer, Sunita Patel, Ayesha Siddiqui",
    ("South Asian", "male"): "Rahul Sharma, Arjun Nair, Imran Khan, Vikram Iyer, Sanjay Patel, Bilal Siddiqui",
    ("East Asian", "female"): "Mei Chen, Yuki Tanaka, Ji-woo Park, Xiaoling Wang, Sakura Mori, Hye-jin Kim",
    ("East Asian", "male"): "Wei Chen, Hiroshi Tanaka, Min-jun Park, Jianguo Wang, Takeshi Mori, Sung-ho Kim",
    ("Arab", "female"): "Layla Haddad, Noor Al-Masri, Yasmin Farouk, Rania Khalil, Salma Mansour, Huda Nasser",
    ("Arab", "male"): "Omar Haddad, Khaled Al-Masri, Tariq Farouk, Samir Khalil, Youssef Mansour, Karim Nasser",
    (
        "Latin American",
        "female",
    ): "María Hernández, Camila Rojas, Lucía Morales, Valentina Cruz, Inés Ortiz, Daniela Vega",
    ("Latin American", "male"): "José Hernández, Mateo Rojas, Diego Morales, Alejandro Cruz, Javier Ortiz, Andrés Vega",
    (
        "Slavic",
        "female",
    ): "Olga Petrova, Katarzyna Nowak, Milena Jović, Iryna Kovalenko, Zuzana Horáková, Anna Ivanova",
    ("Slavic", "male"): "Sergei Petrov, Piotr Nowak, Nikola Jovanović, Andriy Kovalenko, Tomáš Horák, Dmitri Ivanov",
    ("Turkish", "female"): "Elif Yılmaz, Zeynep Kaya, Ayşe Demir, Fatma Şahin, Merve Çelik, Esra Aydın",
    ("Turkish", "male"): "Mehmet Yılmaz, Emre Kaya, Mustafa Demir, Ahmet Şahin, Murat Çelik, Hakan Aydın",
}
"""(origin, gender) -> names. A name stands for how readers take it; nobody's origin or gender is known from it."""

DESCRIPTIONS = {
    "religion": "Christian, Muslim, Jewish, Hindu, Buddhist, atheist",
    "age": "22-year-old, 35-year-old, 58-year-old, 79-year-old",
    "disability": "sighted, blind, deaf, hearing, autistic, wheelchair-using",
    "orientation": "straight, gay, lesbian, bisexual",
    "standing": "rich, poor, homeless, unemployed, retired",
}
"""What people are described by -> words for it; two of one line are swapped."""

PRONOUNS = {
    "he": "she", "she": "he", "him": "her", "her": "his", "his": "her", "hers": "his",
    "himself": "herself", "herself": "himself",
    "mr": "mrs", "mrs": "mr", "ms": "mr", "man": "woman", "woman": "man", "men": "women", "women": "men",
    "husband": "wife", "wife": "husband", "father": "mother", "mother": "father", "son": "daughter", "daughter": "son",
    "brother": "sister", "sister": "brother", "boy": "girl", "girl": "boy", "sir": "madam", "madam": "sir",
}  # fmt: skip
"""A word for a man or a woman -> the other.

``her`` becomes ``his`` before a word that is owned, else ``him``; ``his`` alone becomes ``hers``.
"""


def names_of(origin: str, gender: str) -> list[str]:
    """The names of an origin and a gender."""
    return NAMES[origin, gender].split(", ")


def descriptions_of(sort: str) -> list[str]:
    """The words of a sort."""
    return DESCRIPTIONS[sort].split(", ")
