"""Names of people by origin: women's, men's and family names, written for this project."""

from __future__ import annotations

# origin: (women, men, families)
PEOPLE: dict[str, tuple[str, str, str]] = {
    "english": (
        "Emma Olivia Charlotte Amelia Grace Hannah Rachel Megan Abigail Lucy Chloe Jessica Lauren Heather Wendy Joan Doris "
        "Beverley Tamsin Imogen Philippa Rosalind Gwen Dawn Holly Ivy Poppy Faith Hope Joy Ruby Pearl Amber Kelly Stacey",
        "James William Thomas George Henry Oliver Jack Harry Charles Daniel Matthew Christopher Andrew Stephen Peter Mark "
        "Graham Trevor Nigel Colin Neville Rupert Giles Alistair Dean Craig Wayne Will Bill Rob Grant Chase Frank Cliff",
        "Smith Jones Taylor Brown Davies Evans Wilson Thomas Roberts Johnson Walker Wright Robinson Thompson White Hughes "
        "Edwards Green Hall Wood Harris Lewis Martin Jackson Clarke Clark Turner Hill Cooper Ward Baker Carter Parker "
        "Ashworth Pemberton Thistlewood Cartwright Blackwood Hargreaves Winterbottom Featherstone Marsh Banks Stone Young",
    ),
    "american": (
        "Madison Ashley Brittany Taylor Kayla Savannah Brooke Destiny Makayla Peyton Riley Mackenzie Tiffany Crystal Sierra "
        "Dakota Autumn Summer Skylar Reagan Kennedy Harper Willow Nevaeh Aaliyah Latoya Keisha Shanice Ebony Imani Tamika",
        "Tyler Austin Hunter Logan Mason Brandon Dustin Cody Chad Brett Kyle Zachary Travis Jeremy Derek Randy Earl "
        "Jamal DeShawn Tyrone Malik Darnell Marquis Terrell Jayden Hakeem Tremaine Curtis Duane Leroy Otis Beau Colt",
        "Washington Jefferson Booker Mosley Gaines Dorsey Sawyer Hollis Whitaker McAllister Vance Boone Crockett Stokes "
        "Calhoun Merritt Beauchamp Tillman Banner Pruitt Hargrove Yates Rucker Gibbs Foreman Holloway Battle Ratliff",
    ),
    "irish_scots": (
        "Aoife Niamh Siobhan Ciara Sinead Roisin Orla Maeve Deirdre Saoirse Caoimhe Eilidh Isla Morag Fiona Catriona Mairi",
        "Sean Liam Conor Cian Oisin Padraig Declan Fergus Eoin Ruairi Cormac Callum Hamish Angus Lachlan Ewan Euan Iain",
        "O'Brien O'Connor O'Sullivan Murphy Kelly Byrne Ryan Doyle McCarthy Gallagher Kavanagh Fitzgerald Nolan MacDonald "
        "Campbell Stewart MacLeod McKenzie Fraser Sinclair Drummond Buchanan O'Shaughnessy McGrath Mac Giolla Brannigan",
    ),
    "german": (
        "Anna Lena Greta Heike Ute Sabine Ingrid Gudrun Anneliese Hildegard Jutta Katrin Mareike Svenja Liesel Brunhilde",
        "Hans Jürgen Klaus Wolfgang Dieter Uwe Heinz Günther Matthias Stefan Thorsten Lukas Florian Detlef Rüdiger Jörg",
        "Müller Schmidt Schneider Fischer Weber Meyer Wagner Becker Schulz Hoffmann Schäfer Koch Bauer Richter Klein Wolf "
        "Schröder Neumann Schwarz Zimmermann Krüger Hartmann Lange Werner Krause Lehmann Köhler Vogel Kaiser Winkler Lindner",
    ),
    "nordic": (
        "Astrid Freja Sigrid Ingeborg Solveig Liv Maja Elin Linnea Signe Kirsten Aino Helmi Sanna Tuula Hrafnhildur Guðrún "
        "Sigríður Brynja Saga Ragnhild Johanne Siiri Maarja Kadri Liis",
        "Lars Bjørn Sven Olaf Magnus Gustav Nils Erik Leif Torsten Håkon Knut Jens Mikkel Eino Jukka Pekka Timo Väinö "
        "Gunnar Sigurður Ólafur Einar Þór Rasmus Søren Tõnu Jaan Margus Rein",
        "Hansen Johansen Olsen Larsen Andersen Pedersen Nilsen Berg Lindqvist Johansson Eriksson Nyström Bergström Söderberg "
        "Korhonen Virtanen Mäkinen Nieminen Laine Heikkinen Jónsdóttir Gunnarsson Sigurðardóttir Nørgaard Kjær Møller Tamm Kask",
    ),
    "french": (
        "Amélie Camille Chloé Élise Margaux Sylvie Brigitte Delphine Aurélie Océane Solène Geneviève Mireille Capucine",
        "Jean Pierre Étienne Thierry Laurent Olivier Pascal Benoît Gaston Rémi Loïc Yves Baptiste Guillaume Aurélien Théo",
        "Dubois Durand Leroy Moreau Laurent Lefebvre Garnier Rousseau Fontaine Chevalier Mercier Boucher Gauthier Lemaire "
        "Bélanger Tremblay Gagnon Pelletier Beaulieu Desrosiers Delacroix Charpentier Lévesque Marchand Poirier",
    ),
    "spanish": (
        "María Carmen Lucía Isabel Dolores Pilar Rocío Ximena Valentina Guadalupe Esperanza Consuelo Marisol Yolanda Araceli",
        "José Luis Javier Diego Alejandro Rafael Miguel Ángel Esteban Ramón Joaquín Ignacio Gonzalo Jesús Rodrigo Emiliano",
        "García Rodríguez Martínez Hernández López González Pérez Sánchez Ramírez Torres Flores Rivera Gómez Díaz Reyes "
        "Cruz Morales Ortiz Gutiérrez Chávez Ramos Vásquez Castillo Mendoza Delgado Fuentes Iglesias Quintero Zambrano",
    ),
    "portuguese": (
        "Beatriz Inês Mariana Fernanda Luciana Thaís Rosângela Catarina Joana Letícia Graça Vitória",
        "João Pedro Tiago Gonçalo Rui Nuno Caio Thiago Vinícius Luiz Paulo Fábio Márcio Otávio",
        "Silva Santos Oliveira Souza Pereira Costa Ferreira Almeida Carvalho Ribeiro Gonçalves Teixeira Cardoso Barbosa Rocha",
    ),
    "italian": (
        "Giulia Chiara Francesca Alessia Martina Bianca Ornella Loredana Donatella Fiorella Ginevra Serafina",
        "Marco Luca Giuseppe Giovanni Alessandro Matteo Salvatore Vincenzo Enzo Fabrizio Umberto Gennaro Luigi Dante",
        "Rossi Russo Ferrari Esposito Bianchi Romano Colombo Ricci Marino Greco Bruno Gallo Conti De Luca Mancini Rizzo "
        "Lombardi Moretti Barbieri Fontana Santoro Caruso Ferrara Di Stefano D'Angelo Pellegrini Palumbo",
    ),
    "slavic": (
        "Anastasia Ekaterina Natalia Svetlana Oksana Ludmila Zuzana Jana Petra Agnieszka Katarzyna Małgorzata Joanna Ivana "
        "Dragana Jelena Milica Vesna Tatjana Yulia Olena Darya Halyna Božena Kateřina",
        "Dmitri Sergei Vladimir Aleksandr Nikolai Igor Andrei Pavel Tomasz Krzysztof Wojciech Jakub Marek Jiří Václav "
        "Zoran Dragan Goran Slobodan Milan Bohdan Taras Mykola Borislav Stanislav Ondřej Zdeněk Bartosz",
        "Ivanov Petrova Smirnov Kuznetsova Volkov Sokolov Kozlova Novak Dvořák Svobodová Novotný Kowalski Wiśniewska Wójcik "
        "Kamiński Lewandowska Zieliński Nowak Horvat Kovačević Jovanović Petrović Marković Shevchenko Kovalenko Bondarenko "
        "Kudryashov Dimitrov Georgieva Todorov Szymańska Procházka Hruška Babić Marić Krstić Zupan Lazarenko",
    ),
    "greek_balkan": (
        "Eleni Sofia Katerina Despina Ioanna Vasiliki Elira Arta Ilinca Mihaela Ioana Andreea",
        "Giorgos Dimitris Nikos Kostas Yannis Stavros Panagiotis Arben Ilir Mihai Andrei Bogdan Răzvan",
        "Papadopoulos Nikolaidis Georgiou Pappas Karagiannis Vlachos Hoxha Berisha Popescu Ionescu Dumitru Stănescu Munteanu",
    ),
    "hungarian": (
        "Eszter Zsófia Katalin Ilona Erzsébet Réka Boglárka Tünde Piroska",
        "István László Zoltán Gábor Attila Ferenc Csaba Béla Miklós Árpád",
        "Nagy Kovács Tóth Szabó Horváth Varga Kiss Molnár Németh Farkas Balogh Papp Takács Juhász Lakatos Szűcs",
    ),
    "dutch": (
        "Sanne Femke Anouk Marieke Lotte Saskia Willemijn Fleur",
        "Jan Pieter Willem Sander Joost Bram Ruud Maarten Gerrit",
        "de Jong Jansen de Vries van den Berg van Dijk Bakker Visser Smit Meijer Mulder de Groot Bos Vos Peeters Dekker "
        "van der Meer van Leeuwen Hendriks Verhoeven",
    ),
    "arabic": (
        "Fatima Aisha Layla Noor Amina Zainab Mariam Yasmin Huda Rania Salma Dalia Hanan Samira Rubija Intisar",
        "Mohammed Ahmed Ali Omar Hassan Hussein Khalid Youssef Ibrahim Tariq Mahmoud Bilal Karim Faisal Zayd Rashid Mustafa",
        "Al-Farsi El-Sayed Haddad Khoury Nasser Mansour Al-Masri Abdullah Rahman Saleh Hamdan Qureshi Farouk Aziz Bakri "
        "Shaheen Najjar Al-Hashimi Darwish Sabbagh Kassab Touma Handal Bazzi",
    ),
    "persian_turkish": (
        "Shirin Parisa Nasrin Leyla Maryam Elif Zeynep Ayşe Emine Fatma Merve Gül Azadeh Golnaz",
        "Reza Cyrus Dariush Behrouz Mehmet Mustafa Emre Murat Kerem Yusuf Ozan Serkan Farhad Kaveh Arash",
        "Ahmadi Hosseini Karimi Rezaei Moradi Yılmaz Kaya Demir Şahin Çelik Yıldız Öztürk Aydın Arslan Doğan Kurt Tehrani",
    ),
    "indian": (
        "Priya Ananya Kavya Lakshmi Deepa Sunita Meena Aishwarya Divya Nandini Shreya Radha Gurpreet Harleen Fathima",
        "Arjun Rahul Rohan Vikram Sanjay Suresh Ramesh Ganesh Karthik Aditya Harpreet Manpreet Anil Vijay Krishna Rajesh",
        "Patel Sharma Singh Kumar Gupta Reddy Nair Iyer Menon Rao Das Chatterjee Mukherjee Banerjee Desai Mehta Joshi Kapoor "
        "Malhotra Krishnamurthy Subramaniam Pillai Gill Dhillon Bhatt Choudhury Wickramasinghe Perera",
    ),
    "chinese": (
        "Mei Li Xiu Ling Fang Yan Jing Hui Xia Ying Qing Yun Na Min Shu-Fen Wei-Ling",
        "Wei Jun Ming Jian Qiang Lei Bo Hao Tao Guang Zhi-Hao Yong Feng Long Cheng Kai",
        "Wang Zhang Liu Chen Yang Huang Zhao Wu Zhou Xu Sun Ma Zhu Hu Guo Lin He Gao Luo Zheng Liang Xie Tang Deng Ouyang "
        "Chan Cheung Leung Lam Tsai Hsu Hsieh",
    ),
    "japanese_korean": (
        "Yuki Sakura Aiko Haruka Naomi Keiko Yumi Akiko Hina Ji-woo Soo-jin Min-ji Eun-ji Hye-jin Seo-yeon",
        "Hiroshi Takashi Kenji Haruto Daichi Satoshi Kazuo Ryo Shinji Min-jun Joon-ho Dong-hyun Sung-min Tae-yang",
        "Sato Suzuki Takahashi Tanaka Watanabe Ito Yamamoto Nakamura Kobayashi Kato Yoshida Yamada Sasaki Kim Lee Park Choi "
        "Jung Kang Cho Yoon Jang Lim Hwang Shin",
    ),
    "southeast_asian": (
        "Linh Thuy Mai Siti Nurul Dewi Putri Malee Ratana Maricel Rosario Jasmine Phuong Hanh",
        "Minh Duc Tuan Bao Agus Budi Hendra Somchai Anan Jun-jun Rodel Arnel Khanh Viet",
        "Nguyen Tran Le Pham Hoang Phan Vu Dang Bui Do Wijaya Santoso Suharto Bin Rahmat Chaiyasit Dela Cruz Bautista Aquino",
    ),
    "west_african": (
        "Ngozi Chioma Adaeze Amara Ifeoma Folake Yetunde Abena Akosua Efua Fatou Aminata Mariama Chinyere",
        "Chinedu Emeka Oluwaseun Babatunde Kwame Kofi Kwesi Yaw Mamadou Ousmane Ibrahima Tunde Ikenna Obinna",
        "Okafor Adeyemi Okonkwo Balogun Eze Nwosu Adebayo Mensah Owusu Boateng Asante Diallo Traoré Keita Ndiaye Diop Koné "
        "Ogunleye Nnamdi Achebe Onyekachi",
    ),
    "east_southern_african": (
        "Wanjiru Akinyi Nyambura Zawadi Thandiwe Nomvula Lerato Selam Tigist Hiwot Rahel Mulu Asha Hodan",
        "Kamau Otieno Mwangi Juma Sipho Thabo Themba Tendai Abebe Tesfaye Yonas Girmay Abdi Ayub",
        "Kariuki Ochieng Njoroge Kimani Mutua Nkosi Dlamini Khumalo Mokoena Ndlovu Moyo Tadesse Haile Bekele Gebremariam "
        "Abdi Warsame Mohamud Chukwu Phiri Banda",
    ),
    "hebrew": (
        "Noa Tamar Yael Shira Rivka Avigail Michal Orly Hadas Ruth Leah",
        "David Yosef Moshe Avi Eitan Noam Shlomo Yitzhak Uri Amir Gideon",
        "Cohen Levi Mizrahi Peretz Biton Dahan Friedman Katz Shapiro Goldberg Rosenberg Ben-David Bar-Lev Weizmann",
    ),
    "pacific_caribbean": (
        "Leilani Moana Kailani Mere Aroha Sina Lupe Marisol Yaritza Shanelle",
        "Keanu Kai Tane Tama Sione Manu Wiremu Tevita Desmond Clyde",
        "Kahale Kealoha Tuiasosopo Fonoti Tapu Ngata Parata Leota Baptiste Toussaint Joseph Pierre-Louis Beckford Campbell",
    ),
}


def particles_kept(names: str) -> list[str]:
    """The names of a line; ``de``, ``van`` and the like stay with the name behind them."""
    found: list[str] = []
    held: list[str] = []
    for word in names.split():
        if word in ("de", "van", "den", "der", "De", "Di", "Mac", "Bin", "Dela"):
            held.append(word)
        else:
            found.append(" ".join([*held, word]))
            held = []
    return found
